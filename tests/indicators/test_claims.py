"""Claims on passages: one holder at a time, for some minutes, forbidding nothing."""

import datetime as dt

import pytest

from indicators.models import PassageClaim
from people.models import User
from people.permissions import Role
from reports.models import Passage
from tests import make

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return make.person(Role.REVIEWER), make.person(Role.PUBLISHER)


def claim(passage: Passage, by: User, *, after: int = 0, take_over: bool = False) -> bool:
    at = make.NOW + after * MINUTE
    return PassageClaim.objects.claim(passage_id=passage.pk, by_id=by.pk, at=at, take_over=take_over)


def test_a_free_passage_is_claimed_and_another_does_not_get_it(people: tuple[User, User]) -> None:
    passage, (one, other) = make.passage(), people

    assert claim(passage, one)
    assert not claim(passage, other, after=9)
    assert PassageClaim.objects.get().by == one


def test_work_renews_a_claim_and_it_runs_out_without(people: tuple[User, User]) -> None:
    passage, (one, other) = make.passage(), people
    claim(passage, one)

    assert claim(passage, one, after=9)
    assert not claim(passage, other, after=18)
    assert claim(passage, other, after=19)
    assert PassageClaim.objects.get().claimed_at == make.NOW + 19 * MINUTE


def test_whoever_says_so_takes_it_over(people: tuple[User, User]) -> None:
    passage, (one, other) = make.passage(), people
    claim(passage, one)

    assert claim(passage, other, after=1, take_over=True)
    assert not claim(passage, one, after=2)


def test_turning_to_another_passage_leaves_the_one_before(people: tuple[User, User]) -> None:
    first, second, (one, other) = make.passage(), make.passage(), people
    claim(first, one)
    claim(second, one)

    assert claim(first, other)
    assert set(PassageClaim.objects.values_list("passage", "by")) == {(first.pk, other.pk), (second.pk, one.pk)}
