"""Runs: snapshots that never change, and one pointer switched all at once or not at all."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction

from indicators import assess
from indicators.models import (
    History,
    MethodVersion,
    RescoreRequest,
    ScoreRun,
    Snapshot,
    Standing,
)
from indicators.profile import country_profile
from indicators.world import world
from tests import make
from tests.indicators.rescoring import LATER, retract, run_all, run_changed, standing
from tests.waiting import Aside, somebody_waits_for_a_lock, until

pytestmark = pytest.mark.usefixtures("reference")


def test_a_full_run_makes_every_country_stand() -> None:
    make.accepted()

    run = run_all()

    assert (run.state, run.countries_count, Standing.objects.count()) == ("published", 195, 195)
    assert standing().overall > 0
    assert not RescoreRequest.objects.exists()


def test_the_same_inputs_twice_are_the_same_snapshots() -> None:
    make.accepted()
    run_all()
    before = set(Snapshot.objects.values_list("pk", flat=True)), History.objects.count()

    run_all(LATER)

    assert (set(Snapshot.objects.values_list("pk", flat=True)), History.objects.count()) == before


def test_only_what_changed_is_scored_and_only_once() -> None:
    run_all()
    make.accepted(), make.accepted(country=make.country("UKR"))
    before = Snapshot.objects.count()

    run = run_changed()

    assert run is not None
    assert (run.countries_count, Snapshot.objects.count() - before) == (2, 2)
    assert run_changed() is None


def test_a_changed_country_and_a_full_run_give_the_same_snapshot() -> None:
    make.accepted()
    run_changed(make.NOW)
    first = standing()

    run_all()

    assert standing() == first


def test_retraction_brings_back_exactly_the_score_before() -> None:
    make.accepted()
    run_all()
    before = standing()
    row = make.accepted(indicator=make.indicator("9.1"))
    run_changed()
    assert standing().overall > before.overall

    retract(row)
    run_changed()

    after = standing()
    same = ("overall", "genocide", "cah", "war", "coverage", "factors", "indicators", "evidence_count", "shown_level")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert after.pk != before.pk  # other inputs, other snapshot


def test_a_country_that_loses_all_its_evidence_is_not_assessed_again() -> None:
    row = make.accepted()
    run_all()
    assert standing().assessed

    retract(row)
    run_changed()

    assert not standing().assessed


@pytest.fixture
def broken_store(db: None) -> Iterator[None]:
    """Histories cannot be stored: the run fails half-way, after its snapshots."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
        cursor.execute("CREATE TRIGGER no BEFORE INSERT ON indicators_history FOR EACH ROW EXECUTE FUNCTION no()")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION no() CASCADE")


def test_a_failing_run_leaves_what_stood_and_is_shown_stale(request: pytest.FixtureRequest) -> None:
    make.accepted()
    run_all()
    before, snapshots = standing(), Snapshot.objects.count()
    make.accepted(indicator=make.indicator("9.1"))
    request.getfixturevalue("broken_store")

    with pytest.raises(DatabaseError):
        run_changed()

    last = ScoreRun.objects.latest("pk")
    assert (last.state, last.published_at, bool(last.failure)) == ("failed", None, True)
    assert (standing(), Snapshot.objects.count(), RescoreRequest.objects.count()) == (before, snapshots, 1)
    assert world(day=make.TODAY, known_on=make.NOW.date(), is_current=True).is_stale
    page = country_profile(
        make.country(), day=make.TODAY, known_on=make.NOW.date(), is_current=True, user=AnonymousUser()
    )
    assert (page.is_stale, page.is_recomputing, page.overall) == (True, True, before.overall)


def test_after_a_failure_the_next_run_catches_up(request: pytest.FixtureRequest) -> None:
    make.accepted()
    request.getfixturevalue("broken_store")
    with pytest.raises(DatabaseError):
        run_changed()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER no ON indicators_history")

    run_changed()

    assert standing().assessed
    assert not world(day=make.TODAY, known_on=make.NOW.date(), is_current=True).is_stale


def test_a_method_with_impossible_goalposts_fails_the_run_and_leaves_what_stood() -> None:
    make.accepted()
    run_all()
    before = standing()
    method = MethodVersion.objects.get()
    MethodVersion.objects.create(
        formula=method.formula, framework=method.framework, parameters=method.parameters | {"H": {}},
        goalposts=method.goalposts, sha256="f" * 64, published_at=LATER,
    )  # fmt: skip

    with pytest.raises(ValueError, match="H"):
        run_all(LATER)

    assert standing() == before
    assert ScoreRun.objects.latest("pk").state == "failed"


def test_a_run_whose_worker_was_killed_is_marked_by_the_next() -> None:
    method = MethodVersion.objects.get()
    dead = ScoreRun.objects.create(
        method=method, as_of=make.TODAY, known_on=make.TODAY, is_full=True, started_at=make.NOW
    )

    run_all(LATER)

    dead.refresh_from_db()
    assert (dead.state, dead.failure) == ("failed", "the worker stopped before it was done")


def test_a_run_is_due_where_the_day_moved_on() -> None:
    assert not assess.is_due(day=make.TODAY, known_on=make.NOW.date(), at=LATER)
    run_all()
    assert not assess.is_due(day=make.TODAY, known_on=make.NOW.date(), at=LATER)

    assert assess.is_due(day=make.TODAY, known_on=make.NOW.date() + dt.timedelta(days=1), at=LATER)
    assert assess.is_due(day=make.TODAY + dt.timedelta(days=1), known_on=make.NOW.date(), at=LATER)


def test_a_snapshot_shows_low_only_where_enough_is_known() -> None:
    make.accepted(severity=1)
    run_all()

    assert (standing().level, standing().shown_level) == (1, 0)
    assert not Snapshot.objects.filter(shown_level__in=[1, 2], coverage__lt=0.5).exists()


def other_runs(at: dt.datetime) -> ScoreRun:
    return assess.score_all(at=at, day=make.TODAY)


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_take_turns() -> None:
    make.accepted()

    runs = [Aside(lambda: other_runs(make.NOW)) for _ in range(3)]

    assert {run.join().state for run in runs} == {"published"}
    assert Standing.objects.count() == Snapshot.objects.filter(known_on=make.NOW.date()).count() == 195


@pytest.mark.django_db(transaction=True)
def test_two_bells_for_one_change_make_one_run() -> None:
    make.accepted()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE indicators_standing IN SHARE MODE")  # readers pass, the switch waits
        runs = [Aside(run_changed)]
        until(somebody_waits_for_a_lock, what="the first run to come to its switch")
        runs.append(Aside(run_changed))
        until(lambda: somebody_waits_for_a_lock(2), what="the second to come to the first")

    assert [run.join() is None for run in runs] == [False, True]
    assert ScoreRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_accepted_while_a_run_computes_is_asked_for_again() -> None:
    make.accepted()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE indicators_standing IN SHARE MODE")  # readers pass, the switch waits
        run = Aside(run_changed)
        until(somebody_waits_for_a_lock, what="the run to come to its switch")
        Aside(lambda: make.accepted(country=make.country("UKR"))).join()
    run.join()

    assert RescoreRequest.objects.get().country.iso3 == "UKR"


@pytest.mark.django_db(transaction=True)
def test_readers_see_a_run_whole_or_not_at_all() -> None:
    make.accepted()
    run_all()
    for iso3 in ("MMR", "UKR"):
        make.accepted(country=make.country(iso3))
    before = {iso3: standing(iso3).pk for iso3 in ("MMR", "UKR")}
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE indicators_standing IN SHARE MODE")  # readers pass, the switch waits
        run = Aside(run_changed)
        until(somebody_waits_for_a_lock, what="the run to come to its switch")
        assert {iso3: standing(iso3).pk for iso3 in before} == before
        cursor.execute("COMMIT")
    run.join()

    assert all(standing(iso3).pk != pk for iso3, pk in before.items())


def test_the_world_at_another_date_is_kept_until_the_next_run_and_no_longer() -> None:
    other: dict[str, Any] = {"day": dt.date(2024, 6, 15), "known_on": dt.date(2024, 6, 15), "is_current": False}
    make.accepted()
    run_all()
    before = world(**other).counts["not assessed"]
    make.accepted(country=make.country("UKR"))

    run_changed()

    assert (before, world(**other).counts["not assessed"]) == (194, 193)


@pytest.mark.parametrize(("days", "is_stale"), [(1, False), (2, True)])
def test_scores_for_which_no_run_comes_are_stale_after_a_day(days: int, is_stale: bool) -> None:
    make.accepted()
    run_all()
    later: dict[str, Any] = {"day": make.TODAY + dt.timedelta(days=days), "known_on": make.NOW.date()}

    page = country_profile(make.country(), is_current=True, user=AnonymousUser(), **later)

    assert (world(is_current=True, **later).is_stale, page.is_stale) == (is_stale, is_stale)
    assert not world(is_current=False, **later).is_stale
