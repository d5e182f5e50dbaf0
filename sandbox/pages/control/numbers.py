"""Numbers that people write into forms."""

from sandbox.controls.desk import Refused


def whole(form: dict[str, str], name: str, absent: int = 0) -> int:
    """A whole number. Raises Refused."""
    text = form.get(name, "").strip()
    if not text:
        return absent
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused(f"{name.replace('_', ' ').capitalize()} is a whole number.")
    return int(text)


def seconds(form: dict[str, str], name: str) -> float:
    """A number of seconds up to 600. Raises Refused."""
    try:
        value = float(form.get(name, "").strip() or 0)
    except ValueError:
        value = -1
    if not 0 <= value <= 600:
        raise Refused(f"{name.replace('_', ' ').capitalize()} is a number from 0 to 600.")
    return value
