"""What all pages share: the frame, the style, and pieces of forms. Text is escaped here and nowhere else."""

from html import escape

from starlette.responses import HTMLResponse

STYLE = """
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1a1f36;background:#fff}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.15rem;margin:2rem 0 .5rem}
table{width:100%;border-collapse:collapse}
td,th{padding:.45rem 0;border-bottom:1px solid #e3e8ee;text-align:left;vertical-align:top}
td:last-child,th:last-child{text-align:right}td.wide{text-align:left}
label{display:block;font-weight:600;margin:.9rem 0 .2rem}label.tick{font-weight:400}
input,select,button{font:inherit}
input:not([type=checkbox]),select{width:100%;padding:.55rem .6rem;border:1px solid #8792a2;border-radius:6px;
background:#fff}
input.few{width:6rem}
button{padding:.6rem 1.1rem;margin:.9rem .5rem 0 0;border:1px solid #533afd;border-radius:6px;background:#533afd;
color:#fff;cursor:pointer}
button.second{background:#fff;color:#3c4257;border-color:#8792a2}
:focus-visible{outline:3px solid #b3a6ff;outline-offset:1px}
a{color:#533afd}
.problem{border-left:4px solid #c0123c;background:#fdf0f3;padding:.6rem .8rem;color:#86002d}
.done{border-left:4px solid #1a7f4b;background:#eefaf3;padding:.6rem .8rem;color:#0b5c31}
.hint{color:#596171;font-size:.9rem;margin:.2rem 0}
fieldset{border:1px solid #e3e8ee;border-radius:8px;margin:1rem 0;padding:.2rem 1rem 1rem}legend{font-weight:600}
"""


def document(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><main><h1>{escape(title)}</h1>{body}</main></html>",
        status,
    )


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph; kind is `problem`, `done` or `hint`."""
    role = ' role="alert"' if kind == "problem" else ' role="status"' if kind == "done" else ""
    look = f' class="{kind}"' if kind else ""
    return f"<p{look}{role}>{escape(text)}</p>" if text else ""


def table(rows: list[tuple[str, str]]) -> str:
    """Two columns of text."""
    shown = "".join(f"<tr><td>{escape(left)}</td><td>{escape(right)}</td></tr>" for left, right in rows)
    return f"<table>{shown}</table>"


def field(
    name: str,
    label: str,
    value: str = "",
    *,
    type: str = "text",
    hint: str = "",
    wrong: bool = False,
    more: str = "",
    of: str = "",
) -> str:
    """A labelled input; `of` tells it from others of that name on the page.

    `more` are further attributes, which the caller vouches for.
    """
    id = escape(name + of)
    described = "problem" if wrong else f"{id}_hint" if hint else ""
    marks = f' aria-describedby="{described}"' if described else ""
    marks += ' aria-invalid="true" autofocus' if wrong else ""
    note = f'<p class="hint" id="{id}_hint">{escape(hint)}</p>' if hint else ""
    return (
        f'<label for="{id}">{escape(label)}</label>'
        f'<input id="{id}" name="{escape(name)}" type="{type}" value="{escape(value)}"{marks}'
        f"{f' {more}' if more else ''}>{note}"
    )


def tick(name: str, value: str, label: str, *, checked: bool = False) -> str:
    """A box to tick."""
    return (
        f'<label class="tick"><input type="checkbox" name="{escape(name)}" value="{escape(value)}"'
        f"{' checked' if checked else ''}> {escape(label)}</label>"
    )


def select(name: str, label: str, options: list[tuple[str, str]], chosen: str = "", *, of: str = "") -> str:
    """A labelled choice of (value, text); `of` tells it from others of that name on the page."""
    id = escape(name + of)
    shown = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in options
    )
    return f'<label for="{id}">{escape(label)}</label><select id="{id}" name="{escape(name)}">{shown}</select>'


def button(text: str, name: str = "", value: str = "", *, second: bool = False) -> str:
    """A button that sends the form it is in."""
    look = ' class="second"' if second else ""
    given = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f"<button{look}{given}>{escape(text)}</button>"


def form(action: str, body: str) -> str:
    """A form that posts to an address on this host."""
    return f'<form method="post" action="{escape(action)}">{body}</form>'


def link(url: str, text: str) -> str:
    """A link; the address has been checked before."""
    return f'<a href="{escape(url)}">{escape(text)}</a>'
