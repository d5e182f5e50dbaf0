"""A customer with a browser: goes where the shop's links lead, fills in forms, presses buttons, and leaves again."""

import httpx

from tests.sandbox.browser import Document
from tests.serving import TRUSTED


class Shopper:
    """One window. Addresses outside of the sandbox are not opened, only noted."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.url = ""
        self.page = Document(nothing("about:blank"))

    @property
    def status(self) -> int:
        return self.page.status

    @property
    def text(self) -> str:
        """What the page says."""
        return " ".join(self.page.text.split())

    @property
    def left(self) -> bool:
        """Whether the way has led out of the sandbox."""
        return not self.url.startswith(self.home)

    def open(self, url: str) -> "Shopper":
        """Goes to an address and on to where it leads."""
        return self._follow("GET", url, {})

    def press(self, label: str, **filled: str) -> "Shopper":
        """Fills in the form that has a button whose words begin so, and presses it."""
        for form in self.page.forms:
            for text, sent in form.buttons.items():
                if text.startswith(label):
                    ticked = {"terms_of_service", "promotions", "save_card"}
                    assert filled.keys() <= form.fields.keys() | ticked, f"The form has {sorted(form.fields)} only."
                    return self._follow("POST", str(self.page.url.join(form.action)), form.fields | filled | sent)
        raise AssertionError(f"There is no button {label} on: {self.text}")

    def link(self, text: str) -> str:
        """Where a link leads."""
        return str(self.page.url.join(self.page.links[text]))

    def _follow(self, method: str, url: str, data: dict[str, str]) -> "Shopper":
        while True:
            self.url = url
            if self.left:
                self.page = Document(nothing(url))
                return self
            form = data if method == "POST" else None
            answer = httpx.request(method, url, data=form, timeout=30, trust_env=False, verify=TRUSTED)
            if answer.status_code != 303:
                self.page = Document(answer)
                return self
            method, url = "GET", str(answer.url.join(answer.headers["location"]))


def nothing(url: str) -> httpx.Response:
    """A page that is not of the sandbox."""
    return httpx.Response(200, text="<html lang='en'></html>", request=httpx.Request("GET", url))
