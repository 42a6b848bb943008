"""Which signal becomes an alert: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import Found, confidence, is_signal, judge

LEVELS = st.integers(0, 5)


def found(**changes: object) -> Found:
    usual: dict[str, object] = {
        "kind": "level_up", "from_level": 0, "level_now": 4, "is_historic": False, "warned_level": 0,
    }  # fmt: skip
    return Found(**(usual | changes))  # type: ignore[arg-type]  # the fields are given by name


@given(LEVELS, LEVELS)
def test_knowing_more_or_less_about_a_low_level_is_no_signal(old: int, new: int) -> None:
    is_about_knowledge = old != new and 0 in {old, new} and max(old, new) <= 2

    assert is_signal(from_level=old, to_level=new) == (old != new and not is_about_knowledge)


def test_a_level_that_rose_is_warned_of() -> None:
    assert judge(found()).raises


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "method"}, "method"),
        ({"kind": "level_down"}, "shown only"),
        ({"kind": "gone_stale"}, "shown only"),
        ({"level_now": 2}, "below ELEVATED"),
        ({"is_historic": True}, "historic"),
        ({"from_level": 4, "level_now": 4}, "fallen again"),
        ({"warned_level": 4}, "180 days"),
        ({"warned_level": 5}, "180 days"),
    ],
)
def test_the_rule_says_why_it_raises_no_alert(changes: dict[str, object], says: str) -> None:
    judgement = judge(found(**changes))

    assert not judgement.raises
    assert says in judgement.reason


@given(st.integers(3, 5), st.integers(0, 5))
def test_a_higher_level_always_breaks_through(level: int, warned: int) -> None:
    judgement = judge(found(level_now=level, warned_level=warned))

    assert judgement.raises == (level > warned)


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_rise_that_settles_lower_is_still_a_rise(before: int, now: int) -> None:
    assert judge(found(from_level=before, level_now=now)).raises == (now > before and now >= 3)


@given(st.floats(0, 1), st.integers(0, 30), st.sampled_from(["", *"ABCDEF"]))
def test_confidence_never_falls_when_more_bodies_say_so(coverage: float, families: int, grade: str) -> None:
    order = ["low", "medium", "high"]
    less = confidence(coverage=coverage, families=families, best_reliability=grade)
    more = confidence(coverage=coverage, families=families + 1, best_reliability=grade)

    assert order.index(more) >= order.index(less)


def test_one_body_alone_is_never_more_than_low_confidence() -> None:
    assert confidence(coverage=1, families=1, best_reliability="A") == "low"
