"""Sorts: right, counted as theory counts them, and each move is one that was made."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.search.sorting import bubble, frames, quick

SORTS = {
    "bubble": bubble,
    "first pivot": quick,
    "dice": lambda values: quick(values, 5),
}
sorts = pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)
lists = st.lists(st.integers(-50, 50), max_size=30)


@sorts
@given(values=lists)
def test_the_answer_is_the_list_in_order(sort, values):
    found = sort(values)
    assert found.values == tuple(values)
    assert found.result == tuple(sorted(values))


@sorts
@given(values=lists)
def test_the_moves_lead_from_the_list_to_the_answer(sort, values):
    found = sort(values)
    work, placed, pivot = list(values), [], None
    for kind, i, j in found.moves:
        if kind == "swap":
            work[i], work[j] = work[j], work[i]
            assert not {i, j} & set(placed), "what is placed stays"
        elif kind == "compare":
            assert i != j
            assert sort is bubble or work[i] == pivot, "quicksort holds each value against its pivot"
        elif kind == "pivot":
            pivot = work[i]
        else:
            placed.append(i)
    assert tuple(work) == found.result
    assert sorted(placed) == list(range(len(values)))


def tree(values):
    """Comparisons by the definition of quicksort, with lists of their own: each value but the pivot, once a stretch."""
    if len(values) < 2:
        return 0
    pivot, *others = values
    return len(others) + tree([v for v in others if v < pivot]) + tree([v for v in others if v >= pivot])


@given(st.permutations(range(7)))
def test_bubble_sort_makes_the_same_number_of_comparisons_on_every_list(values):
    assert bubble(values).comparisons == 21


@given(lists)
def test_bubble_sort_swaps_as_often_as_the_list_has_pairs_in_the_wrong_order(values):
    swaps = sum(move.kind == "swap" for move in bubble(values).moves)
    assert swaps == sum(a > b for a, b in itertools.combinations(values, 2))


@pytest.mark.parametrize("sort", [bubble, quick])
def test_equal_values_stay_where_they_are(sort):
    assert all(move.kind != "swap" for move in sort([2] * 5).moves)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 20, 100])
def test_first_pivot_makes_every_comparison_there_is_on_a_list_in_order(n):
    assert quick(range(n)).comparisons == n * (n - 1) // 2
    assert quick(range(n, 0, -1)).comparisons == n * (n - 1) // 2


def test_first_pivot_over_all_lists_of_six_makes_what_the_definition_makes_on_average():
    found = [quick(values).comparisons for values in itertools.permutations(range(6))]
    expected = [tree(values) for values in itertools.permutations(range(6))]
    assert sum(found) == sum(expected)
    assert Counter(found) == Counter(expected)


def test_a_long_list_in_order_is_no_matter_of_depth():
    assert quick(range(1100)).comparisons == 1100 * 1099 // 2


def test_the_same_seed_makes_the_same_moves_and_another_makes_others():
    assert quick(range(50), 3) == quick(range(50), 3)
    assert quick(range(50), 3).moves != quick(range(50), 4).moves
    assert quick(range(50), 3).result == quick(range(50), 4).result


@sorts
@given(values=st.permutations(range(9)))
def test_frames_are_the_start_each_comparison_and_the_end(sort, values):
    found = sort(values)
    shown = frames(found)
    assert [frame.count for frame in shown] == [0, *range(1, found.comparisons + 1), found.comparisons]
    assert shown[0].order == tuple(range(9))
    assert [values[item] for item in shown[-1].order] == list(range(9))
    assert sorted(shown[-1].placed) == list(range(9))
    for frame in shown[1:-1]:
        assert len(frame.pair) == 2
        assert sort is bubble or frame.pivot == frame.pair[0]
        assert all(values[item] == frame.order.index(item) for item in frame.placed), "placed is placed for good"
