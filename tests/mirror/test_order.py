"""What is decided about an object that arrives."""

from hypothesis import given
from hypothesis import strategies as st

from mirror.order import Decision, Seen, decide

PINNED = "2026-10-28.endive"
seconds = st.integers(0, 50)


@st.composite
def seen(draw: st.DrawFn, version: str = PINNED) -> Seen:
    first, second = draw(seconds), draw(seconds)
    return Seen(min(first, second), max(first, second), version)


@given(seen())
def test_what_was_never_seen_is_applied(incoming: Seen) -> None:
    assert decide(incoming, None, pinned_version=PINNED) is Decision.APPLY


@given(seen(), seen())
def test_certainly_older_is_dropped_certainly_newer_applied_and_anything_between_asked_again(
    incoming: Seen, known: Seen
) -> None:
    decision = decide(incoming, known, pinned_version=PINNED)
    if incoming.latest < known.earliest:
        assert decision is Decision.DROP
    elif incoming.earliest > known.latest:
        assert decision is Decision.APPLY
    else:
        assert decision is Decision.REFETCH


@given(seen(), seen())
def test_of_two_sightings_at_most_one_is_taken_for_the_newer(one: Seen, other: Seen) -> None:
    decisions = {decide(one, other, pinned_version=PINNED), decide(other, one, pinned_version=PINNED)}
    assert decisions in ({Decision.DROP, Decision.APPLY}, {Decision.REFETCH})


@given(seen("2020-08-27"), seen())
def test_another_api_version_is_never_applied_as_it_came(incoming: Seen, known: Seen) -> None:
    assert decide(incoming, known, pinned_version=PINNED) is not Decision.APPLY
    assert decide(incoming, None, pinned_version=PINNED) is Decision.REFETCH
