"""A browser for tests: it opens pages of the sandbox, follows links and presses buttons, without scripts."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.sandbox.client import Client

EMPTY = frozenset(("br", "hr", "img", "input", "link", "meta"))


@dataclass
class Form:
    """A form with what its fields hold, its buttons by what they say, what can be chosen."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Document(HTMLParser):
    """What a person can see and use on a page; `links` are by what they say, `targets` are where all of them lead."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status = response.status_code
        self.url = response.url
        self.headers = response.headers
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.links: dict[str, str] = {}
        self.targets: list[str] = []
        self.forms: list[Form] = []
        self.text = ""
        self._open: list[str] = []
        self._link: tuple[str, str] | None = None
        self._button: tuple[str, dict[str, str]] | None = None
        self._select = ""
        self._option: tuple[str, dict[str, str]] | None = None
        self.feed(response.text)
        self.close()

    @property
    def lang(self) -> str:
        return next(attributes["lang"] for tag, attributes in self.elements if tag == "html")

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        self.elements.append((tag, attributes))
        if tag not in EMPTY:
            self._open.append(tag)
        form = self.forms[-1] if self.forms and "form" in self._open else None
        if tag == "a":
            self._link = ("", attributes["href"])
            self.targets.append(attributes["href"])
        elif tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get")))
        elif tag == "button":
            self._button = ("", {attributes["name"]: attributes["value"]} if "name" in attributes else {})
        elif tag == "select":
            self._select = attributes["name"]
        elif tag == "input" and form and (attributes.get("type") != "checkbox" or "checked" in attributes):
            form.fields[attributes["name"]] = attributes.get("value", "")
        elif tag == "option" and form and self._select:
            self._option = ("", attributes)

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._link:
            self._link = (self._link[0] + data, self._link[1])
        if self._button:
            self._button = (self._button[0] + data, self._button[1])
        if self._option:
            self._option = (self._option[0] + data, self._option[1])

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"{self.url}: an element {tag} is closed that is not the last one open"
        if tag == "a" and self._link:
            self.links[" ".join(self._link[0].split())] = self._link[1]
            self._link = None
        elif tag == "button" and self._button:
            self.forms[-1].buttons[" ".join(self._button[0].split())] = self._button[1]
            self._button = None
        elif tag == "option" and self._option:
            text, attributes = self._option
            value = attributes.get("value", text)
            form = self.forms[-1]
            form.choices.setdefault(self._select, []).append(value)
            if "selected" in attributes or self._select not in form.fields:
                form.fields[self._select] = value
            self._option = None
        elif tag == "select":
            self._select = ""

    def form(self, button: str, action: str = "") -> Form:
        """The first form with a button, and with a part in its action."""
        return next(form for form in self.forms if button in form.buttons and action in form.action)


class Browser:
    """One window."""

    def __init__(self, client: Client) -> None:
        self.http = client.http
        self.headers = {"Origin": client.url, "Sec-Fetch-Site": "same-origin"}

    def open(self, path: str, **query: str) -> Document:
        """A page by its path, below that of all pages unless it is a whole one."""
        whole = path if path.startswith(("/sandbox", "http")) else f"/sandbox/page{path}"
        return Document(self.http.get(whole, params=query or None, follow_redirects=True))

    def press(self, page: Document, button: str, action: str = "", **written: str) -> Document:
        """Fills a form in and presses its button; what comes after that is a page that can be loaded again."""
        form = page.form(button, action)
        sent = form.fields | written | form.buttons[button]
        url = page.url.join(form.action or page.url.path)
        if form.method != "post":
            return Document(self.http.get(url, params=sent, follow_redirects=True))
        response = self.http.post(url, data=sent, headers=self.headers, follow_redirects=True)
        if response.status_code == 200:
            assert [one.status_code for one in response.history] == [303]
        return Document(response)
