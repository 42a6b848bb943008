"""By when an office answers, and one step at a time where it does not: properties of the pure policy."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.policy.deadlines import ANSWER_HOURS, Deed, Person, Plan, answer_by, look_again, next_step
from tests.make import NOW

PEOPLE = st.lists(
    st.builds(Person, st.integers(1, 99), is_away=st.booleans(), is_asked=st.booleans(), is_reached=st.booleans()),
    max_size=6,
    unique_by=lambda one: one.number,
)
ASKED = Person(1, is_asked=True, is_reached=True)


def step(*order: Person, is_due: bool = True, is_reminded: bool = False, is_told: bool = False) -> Plan:
    return next_step(order, is_due=is_due, is_reminded=is_reminded, is_told=is_told)


@pytest.mark.parametrize(("level", "days"), [(5, 1), (4, 3), (3, 7)])
def test_the_graver_the_sooner_also_over_a_weekend(level: int, days: int) -> None:
    friday = dt.datetime(2024, 6, 28, 18, tzinfo=dt.UTC)

    assert answer_by(level=level, since=friday) == friday + dt.timedelta(days=days)


def test_the_next_step_is_counted_from_the_last_one_and_not_from_when_it_was_due() -> None:
    assert look_again(level=5, at=NOW) == NOW + dt.timedelta(hours=ANSWER_HOURS[5] / 2)


def test_who_was_asked_is_waited_for_then_reminded_then_the_next_is_asked() -> None:
    assert step(ASKED, Person(2), is_due=False) == Plan(Deed.WAIT)
    assert step(ASKED, Person(2)) == Plan(Deed.REMIND, (1,))
    assert step(ASKED, Person(2), Person(3), is_reminded=True) == Plan(Deed.ASK_NEXT, (2,))


def test_nobody_waits_for_whom_the_mail_did_not_reach_or_who_is_away() -> None:
    for gone in (Person(1, is_asked=True), Person(1, is_asked=True, is_reached=True, is_away=True)):
        assert step(gone, Person(2), is_due=False) == Plan(Deed.ASK_NEXT, (2,))


def test_the_next_is_the_first_in_order_who_was_not_asked_and_is_there() -> None:
    assert step(Person(1, is_away=True), ASKED, Person(3), is_reminded=True) == Plan(Deed.ASK_NEXT, (3,))
    assert step(Person(7), ASKED, is_reminded=True) == Plan(Deed.ASK_NEXT, (7,))


def test_staff_are_told_once_and_somebody_who_comes_back_is_asked_after_all() -> None:
    away = Person(2, is_away=True)

    assert step(ASKED, away, is_reminded=True) == Plan(Deed.TELL_STAFF)
    assert step(ASKED, away, is_reminded=True, is_told=True) == Plan(Deed.WAIT)
    assert step(ASKED, Person(2), is_reminded=True, is_told=True) == Plan(Deed.ASK_NEXT, (2,))


@given(PEOPLE, st.booleans(), st.booleans(), st.booleans())
def test_nobody_away_is_ever_written_to(order: list[Person], is_due: bool, is_reminded: bool, is_told: bool) -> None:
    plan = next_step(order, is_due=is_due, is_reminded=is_reminded, is_told=is_told)

    away = {one.number for one in order if one.is_away}
    assert not away & set(plan.people)
    assert bool(plan.people) is (plan.deed in {Deed.REMIND, Deed.ASK_NEXT})


@given(PEOPLE)
def test_asking_one_after_the_other_comes_to_an_end_where_staff_are_told(order: list[Person]) -> None:
    people = {one.number: one for one in order}
    for _ in range(len(order) + 1):
        plan = next_step(list(people.values()), is_due=True, is_reminded=True, is_told=False)
        if plan.deed is not Deed.ASK_NEXT:
            break
        people[plan.people[0]] = Person(plan.people[0], is_asked=True, is_reached=True)

    assert plan.deed is Deed.TELL_STAFF
