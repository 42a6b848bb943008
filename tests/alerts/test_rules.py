"""Which change of a level is a signal, and how sure an alert is: pure."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.policy.rules import confidence, factors_about, is_signal

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


def test_an_alert_is_about_its_reasons_and_what_weighs_most() -> None:
    points = {1: 2.0, 4: 9.0, 7: 0.0, 12: 5.0}

    assert factors_about(kind="rise", reasons=[7, 7], points=points) == [4, 7, 12]
    assert factors_about(kind="rapid", reasons=[], points={1: 0.0, 2: 3.0}) == [2]
    assert factors_about(kind="trigger", reasons=[4], points=points) == [4, 8, 12]


def test_an_alert_of_silence_names_no_factor() -> None:
    assert factors_about(kind="blackout", reasons=[4], points={4: 9.0}) == []
