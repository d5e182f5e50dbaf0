"""What is wrong with an answer, and where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that Stripe would not have sent."""

    path: str
    told: str

    def __str__(self) -> str:
        return f"{self.path or 'the answer'}: {self.told}"


Findings = Sequence[Finding]
Check = Callable[[Any], Findings]
FINE: Findings = ()


def wrong(told: str) -> Findings:
    """A finding about the value itself."""
    return (Finding("", told),)


def under(step: str, findings: Findings) -> list[Finding]:
    """The findings about a part, as findings about the whole."""
    return [Finding(joined(step, one.path), one.told) for one in findings]


def joined(step: str, path: str) -> str:
    """`lines` and `data[0].id` make `lines.data[0].id`."""
    return step + path if not path or path.startswith("[") else f"{step}.{path}"


def brief(value: object) -> str:
    """A value as a message shows it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
