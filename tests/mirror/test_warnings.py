"""What somebody should look at, in sentences that say what to do next."""

from dataclasses import replace

import pytest

from mirror.gateway import API_VERSION
from mirror.warnings import CATCH_UP_LATE_SECONDS, MISSED_SECONDS, Facts, warnings

NOW = 1_800_000_000
FINE = Facts(
    now=NOW,
    rows=10,
    never_synced=(),
    oldest_sync_at=NOW - 90_000,
    caught_up_at=NOW - 30,
    gap_at=None,
    missed_at=None,
    events_failed=0,
    events_stuck=0,
    operations_stuck=0,
    other_versions=(),
    claimed_by_several=(),
)


def test_nothing_is_said_where_nothing_is_amiss() -> None:
    assert warnings(FINE) == ()


@pytest.mark.parametrize(
    ("amiss", "said"),
    [
        ({"oldest_sync_at": None, "rows": 0}, ["The mirror is empty", "`stripe-graphql sync`"]),
        ({"oldest_sync_at": None}, ["never compared", "`stripe-graphql sync`"]),
        ({"never_synced": ("coupons", "refunds")}, ["coupons, refunds", "`stripe-graphql sync`"]),
        ({"gap_at": NOW - 80_000}, ["30 days", "`stripe-graphql sync`"]),
        ({"caught_up_at": None}, ["never read", "`stripe-graphql serve`"]),
        ({"caught_up_at": NOW - CATCH_UP_LATE_SECONDS - 1}, ["2027-01-15T07:44:59Z", "`stripe-graphql serve`"]),
        ({"missed_at": NOW - MISSED_SECONDS + 1}, ["webhook", "`stripe-graphql webhooks list`"]),
        ({"other_versions": ("2020-08-27",)}, ["2020-08-27", API_VERSION, "`stripe-graphql webhooks create`"]),
        ({"events_failed": 1}, ["1 event could", "`stripe-graphql events replay --failed`"]),
        ({"events_stuck": 1_200}, ["1,200 events could", "`stripe-graphql events list --state pending`"]),
        ({"operations_stuck": 2}, ["2 mutations began", "`stripe-graphql operations list`"]),
        ({"claimed_by_several": (("ada", 3),)}, ["ada has 3 live customers", "delete the others"]),
    ],
)
def test_each_thing_amiss_is_one_sentence_that_says_what_to_do(amiss: dict[str, object], said: list[str]) -> None:
    (sentence,) = warnings(replace(FINE, **amiss))  # type: ignore[arg-type]
    assert sentence.endswith(".")
    for part in said:
        assert part in sentence


def test_a_gap_is_told_until_everything_was_synced_after_it() -> None:
    gap = replace(FINE, gap_at=NOW - 80_000)
    assert warnings(replace(gap, oldest_sync_at=NOW - 79_999)) == ()
    assert len(warnings(replace(gap, oldest_sync_at=NOW - 79_999, never_synced=("refunds",)))) == 2


def test_what_is_over_is_not_told_any_more() -> None:
    assert warnings(replace(FINE, missed_at=NOW - MISSED_SECONDS)) == ()
    assert warnings(replace(FINE, caught_up_at=NOW - CATCH_UP_LATE_SECONDS)) == ()
