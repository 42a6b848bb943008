"""The texts of changes, and columns of points that add up."""

import datetime as dt
import math

from hypothesis import given
from hypothesis import strategies as st

from indicators.whatif import LeftOut, MadeUp, Regraded, Revalued, ValueLeftOut, read_changes
from indicators.whatif.compared import columns

NUMBERS = st.integers(1, 10**12)
GRADES = st.from_regex(r"\A[A-F][1-6]\Z")
SEVERITIES = st.integers(0, 4)
DAYS = st.dates(dt.date(1945, 1, 1), dt.date(2026, 12, 31))
SIGNS = st.sampled_from([1, -1])
NAMES = st.from_regex(r"\A[a-z][a-z0-9 -]{0,20}[a-z]\Z")
REGRADED = st.builds(
    Regraded, NUMBERS, GRADES | st.just(""), SEVERITIES | st.none(), SIGNS | st.none(), DAYS | st.none()
).filter(lambda change: change.changes_something)
FAMILIES = st.from_regex(r"\A[a-z0-9_-]{1,20}\Z")
CHANGES = (
    REGRADED
    | st.builds(LeftOut, NUMBERS)
    | st.builds(MadeUp, st.just("7.3"), GRADES, SEVERITIES, DAYS, SIGNS, FAMILIES, NAMES | st.just(""))
    | st.builds(Revalued, NUMBERS, st.integers(-(10**9), 10**9).map(float))
    | st.builds(ValueLeftOut, NUMBERS)
)
POINTS = st.lists(st.floats(0, 7.5), min_size=14, max_size=14)


@given(CHANGES)
def test_a_change_reads_back_as_it_was_written(change: Regraded | LeftOut | MadeUp | Revalued | ValueLeftOut) -> None:
    assert read_changes([(change.param, change.text)]) == ([change], [])


@given(st.sampled_from(["e", "x", "a", "s", "sx"]), st.text())
def test_a_text_is_a_change_or_a_fault_with_its_reason(param: str, text: str) -> None:
    changes, faults = read_changes([(param, text)])

    assert len(changes) + len(faults) == 1
    assert all(fault.why.startswith("Found") and "wanted" in fault.why for fault in faults)


@given(POINTS, POINTS, st.sets(st.integers(0, 13)))
def test_columns_of_points_add_up_and_what_did_not_move_does_not(
    before: list[float], after: list[float], still: set[int]
) -> None:
    after = [before[place] if place in still else value for place, value in enumerate(after)]
    found = columns(before, after)

    assert round(sum(found.before), 1) == math.floor(10 * math.fsum(before) + 0.5) / 10
    assert round(sum(found.after), 1) == math.floor(10 * math.fsum(after) + 0.5) / 10
    assert [found.difference[place] for place in still] == [0] * len(still)
    assert all(abs(one - exact) < 0.1 + 1e-9 for one, exact in zip(found.before, before, strict=True))
    assert all(abs(one - exact) < 0.2 + 1e-9 for one, exact in zip(found.after, after, strict=True))
