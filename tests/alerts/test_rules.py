"""Which change of a level is a signal, and how sure an alert is: pure."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import confidence, is_signal

LEVELS = st.integers(0, 5)


@given(LEVELS, LEVELS)
def test_knowing_more_or_less_about_a_low_level_is_no_signal(old: int, new: int) -> None:
    is_about_knowledge = old != new and 0 in {old, new} and max(old, new) <= 2

    assert is_signal(from_level=old, to_level=new) == (old != new and not is_about_knowledge)


@given(st.floats(0, 1), st.integers(0, 30), st.sampled_from(["", *"ABCDEF"]))
def test_confidence_never_falls_when_more_bodies_say_so(coverage: float, families: int, grade: str) -> None:
    order = ["low", "medium", "high"]
    less = confidence(coverage=coverage, families=families, best_reliability=grade)
    more = confidence(coverage=coverage, families=families + 1, best_reliability=grade)

    assert order.index(more) >= order.index(less)


def test_one_body_alone_is_never_more_than_low_confidence() -> None:
    assert confidence(coverage=1, families=1, best_reliability="A") == "low"
