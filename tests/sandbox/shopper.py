"""A person with a browser: opens pages, reads them, fills in forms, presses buttons; no JavaScript."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

Fields = dict[str, str]


@dataclass
class Form:
    """A form as it stands on the page, with what it would send if nothing were changed."""

    action: str
    fields: Fields = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


class Reader(HTMLParser):
    """Takes a page apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.tags: list[str] = []
        self._inside = ""
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self._inside = tag
        form = self.forms[-1] if self.forms else Form("")
        if tag == "form":
            self.forms.append(Form(given["action"]))
        elif tag == "a":
            self.links.append((given["href"], ""))
        elif tag == "label":
            form.labels.add(given.get("for", ""))
        elif tag == "input":
            form.ids.add(given.get("id", ""))
            if given["type"] != "checkbox" or "checked" in given:
                form.fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            form.ids.add(given["id"])
            self._select = given["name"]
            form.options[self._select] = []
        elif tag == "option":
            if not form.options[self._select] or "selected" in given:
                form.fields[self._select] = given["value"]
            form.options[self._select].append(given["value"])
        elif tag == "button":
            form.buttons.append(("", given.get("name", ""), given.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            return
        self.words.append(data)
        if self._inside == "button" and self.forms[-1].buttons[-1][0] == "":
            self.forms[-1].buttons[-1] = (data, *self.forms[-1].buttons[-1][1:])
        elif self._inside == "a" and self.links[-1][1] == "":
            self.links[-1] = (self.links[-1][0], data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


class Browser:
    """One tab. Addresses outside of the sandbox are not opened, only noted."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.url = ""
        self.status = 0
        self.page = Reader("")

    @property
    def text(self) -> str:
        """What the page says."""
        return " ".join(" ".join(self.page.words).split())

    @property
    def left(self) -> bool:
        """Whether the way has led out of the sandbox."""
        return not self.url.startswith(self.home)

    def open(self, url: str) -> "Browser":
        """Goes to an address and on to where it leads."""
        return self._follow("GET", url, {})

    def press(self, label: str, **filled: str) -> "Browser":
        """Fills in the form that has a button of that name, and presses it."""
        for form in self.page.forms:
            for text, name, value in form.buttons:
                if text.startswith(label):
                    assert filled.keys() <= form.fields.keys() | {"terms_of_service", "promotions", "save_card"}
                    sent = form.fields | filled | ({name: value} if name else {})
                    return self._follow("POST", urljoin(self.url, form.action), sent)
        raise AssertionError(f"There is no button {label} on: {self.text}")

    def link(self, text: str) -> str:
        """Where a link leads."""
        (found,) = [url for url, shown in self.page.links if shown.startswith(text)]
        return urljoin(self.url, found)

    def _follow(self, method: str, url: str, data: Fields) -> "Browser":
        while True:
            self.url = url
            if self.left:
                self.page = Reader("")
                return self
            answer = httpx.request(method, url, data=data if method == "POST" else None, timeout=30, trust_env=False)
            if answer.status_code != 303:
                self.status, self.page = answer.status_code, Reader(answer.text)
                return self
            method, url = "GET", urljoin(url, answer.headers["location"])
