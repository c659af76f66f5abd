"""Between two ranks there is always room for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.model.ranks import rank_between, rank_list


@given(places=st.lists(st.integers(min_value=0, max_value=10_000), max_size=80))
def test_items_put_anywhere_keep_their_order(places: list[int]) -> None:
    ranks: list[str] = []
    for place in places:
        at = place % (len(ranks) + 1)
        before = ranks[at - 1] if at else None
        after = ranks[at] if at < len(ranks) else None
        ranks.insert(at, rank_between(before, after))
    assert ranks == sorted(set(ranks))
    assert not any(rank.endswith("0") for rank in ranks)


def test_always_first_or_always_last_finds_room() -> None:
    first = last = rank_between(None, None)
    for _ in range(300):
        lower, higher = rank_between(None, first), rank_between(last, None)
        assert lower < first
        assert higher > last
        first, last = lower, higher


@given(count=st.integers(min_value=0, max_value=3000))
def test_a_list_of_ranks_is_in_order_with_room_everywhere(count: int) -> None:
    ranks = rank_list(count)
    assert len(ranks) == count
    assert ranks == sorted(set(ranks))
    for before, after in zip([None, *ranks], [*ranks, None], strict=True):
        between = rank_between(before, after)
        assert before is None or before < between
        assert after is None or between < after


@pytest.mark.parametrize(("before", "after"), [("b", "a"), ("a", "a")])
def test_no_rank_between_what_is_not_in_order(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="no rank between"):
        rank_between(before, after)
