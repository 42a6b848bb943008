"""kill -9 in the middle of things: afterwards everything is there, and there once."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from indicators import coding
from indicators.models import Evidence, NoteCoding, RescoreRequest, ScoreRun, Snapshot, Standing, TableImport
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from reports.ingest import About, receive
from reports.models import Passage, Report, Retrieval
from tests import make, tables
from tests.conftest import start_worker, stop_worker
from tests.services_plugin import SERVICES
from tests.waiting import Bell, somebody_waits_for_a_lock, until

pytestmark = pytest.mark.chaos


@contextmanager
def held(table: str) -> Iterator[None]:
    """Writers of `table` wait until the block ends: time to be killed in."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield


def kill(worker: subprocess.Popen[bytes]) -> None:
    """The worker and its child, without a word."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)


@contextmanager
def another_worker() -> Iterator[None]:
    worker = start_worker()
    try:
        yield
    finally:
        stop_worker(worker)


def all_done() -> bool:
    waiting = Retrieval.objects.filter(state=Retrieval.State.WAITING).exists() or RescoreRequest.objects.exists()
    return not waiting and not Report.objects.filter(kind="coding_note", note_coding=None).exists()


def send(number: int) -> None:
    receive(
        reader="coding-note", payload=make.note(id=f"note-{number}"), about=About(), file_name="note.toml",
        at=clock.now(), asked_by=make.person(Role.CODER),
    )  # fmt: skip


def test_a_worker_killed_while_it_scores_leaves_no_half_run(worker: subprocess.Popen[bytes]) -> None:
    for iso3 in ("MMR", "UKR", "SSD"):
        make.accepted(country=make.country(iso3), at=clock.now())
    with held("indicators_standing"):
        pipeline.ring()
        until(somebody_waits_for_a_lock, what="the run to come to its switch")
        kill(worker)
        assert not Standing.objects.exists()
    assert RescoreRequest.objects.count() == 3

    with another_worker():
        pipeline.sweep(day=make.TODAY, known_on=clock.now().date())
        until(all_done, what="the scores")

    assert Standing.objects.count() == Snapshot.objects.count() == 3
    assert sorted(ScoreRun.objects.values_list("state", flat=True))[0] == "failed"
    assert ScoreRun.objects.filter(state="published").exists()


def test_a_worker_killed_while_it_reads_leaves_nothing_half_written(worker: subprocess.Popen[bytes]) -> None:
    for number in range(3):
        send(number)
    with held("reports_passage"):
        pipeline.ring()
        until(somebody_waits_for_a_lock, what="the reader to come to its passages")
        kill(worker)
        assert not Report.objects.exists()
    assert Retrieval.objects.filter(state="waiting").count() == 3

    with another_worker():
        pipeline.sweep(day=make.TODAY, known_on=clock.now().date())
        until(all_done, what="the notes to be read and coded")

    assert [model.objects.count() for model in (Report, Passage, NoteCoding, Evidence)] == [3, 3, 3, 3]
    assert set(Retrieval.objects.values_list("state", flat=True)) == {"done"}


@pytest.fixture
def alone(transactional_db: None, reference: None, workers: list[subprocess.Popen[bytes]], bell: Bell) -> None:
    """Without a worker but those that the test starts."""
    while workers:
        stop_worker(workers.pop())


def begun_by_workers_that_are_killed(table: str, ring: Callable[[], bool], times: int = 3) -> None:
    """Worker after worker begins with what waits, comes to `table` and is killed there."""
    for _ in range(times):
        with held(table):  # before the worker is there: it may find a bell that rang earlier
            one = start_worker()
            try:
                ring()
                until(somebody_waits_for_a_lock, what="the worker to come to its rows")
                kill(one)
            finally:
                stop_worker(one)


@pytest.mark.usefixtures("alone")
def test_a_file_at_which_three_workers_were_killed_fails_and_is_kept() -> None:
    send(1)
    begun_by_workers_that_are_killed("reports_passage", pipeline.ring)
    assert Retrieval.objects.get().state == "waiting"

    with another_worker():
        pipeline.ring()
        until(lambda: Retrieval.objects.get().state == "failed", what="the file to be given up")

    retrieval = Retrieval.objects.get()
    assert "3 workers stopped while reading it" in retrieval.reason
    assert bytes(retrieval.payload or b"") == make.note(id="note-1")


@pytest.mark.usefixtures("alone")
def test_a_table_at_which_three_workers_were_killed_fails_and_is_kept() -> None:
    table = tables.to_check(tables.evidence_csv({}))
    begun_by_workers_that_are_killed("indicators_importrow", pipeline.ring_imports)
    assert TableImport.objects.get().state == "checking"

    with another_worker():
        pipeline.ring_imports()
        until(lambda: TableImport.objects.get().state == "failed", what="the table to be given up")

    now = TableImport.objects.get()
    assert "3 workers stopped while checking it" in now.failure
    assert (now.attempts, bytes(now.payload)) == (0, bytes(table.payload))


def test_a_worker_killed_while_it_codes_a_note_leaves_nothing_half_coded(worker: subprocess.Popen[bytes]) -> None:
    send(1)
    with held("indicators_notecoding"):
        pipeline.ring()
        until(somebody_waits_for_a_lock, what="the note to be coded")
        kill(worker)
        assert not Evidence.objects.exists()

    with another_worker():
        pipeline.sweep(day=make.TODAY, known_on=clock.now().date())
        until(all_done, what="the note to be coded again")

    assert (NoteCoding.objects.count(), Evidence.objects.count()) == (1, 1)


@pytest.mark.usefixtures("worker")
def test_a_database_killed_between_acceptance_and_score_loses_nothing() -> None:
    row = make.proposed(at=clock.now())
    send(1)
    coding.accept(evidence_id=row.pk, by=make.person(Role.REVIEWER), at=clock.now())

    SERVICES.kill_database()
    with pytest.raises(OperationalError):
        Evidence.objects.exists()
    connection.close()
    SERVICES.start_database()

    assert Evidence.objects.get().status == "accepted"
    assert (RescoreRequest.objects.count(), Retrieval.objects.filter(state="waiting").count()) == (1, 1)
    pipeline.sweep(day=make.TODAY, known_on=clock.now().date())
    until(all_done, seconds=60, what="the worker to find the database again and score")
    assert Standing.objects.get().snapshot.overall > 0
    assert Snapshot.objects.count() == 1


def kill_database_during_a_run() -> None:
    with held("indicators_standing"):
        pipeline.ring()
        until(somebody_waits_for_a_lock, what="the run to come to its switch")
        SERVICES.kill_database()


@pytest.mark.usefixtures("worker")
def test_a_database_killed_during_a_run_leaves_the_old_score_and_then_the_new() -> None:
    make.accepted(at=clock.now())
    pipeline.ring()
    until(all_done, what="the first score")
    before = Standing.objects.get().snapshot_id
    make.accepted(at=clock.now(), indicator=make.indicator("9.1"))

    with pytest.raises(OperationalError):
        kill_database_during_a_run()
    connection.close()
    SERVICES.start_database()

    assert (Standing.objects.get().snapshot_id, RescoreRequest.objects.count()) == (before, 1)
    pipeline.sweep(day=make.TODAY, known_on=clock.now().date())
    until(all_done, seconds=60, what="the second score")
    assert Standing.objects.get().snapshot_id != before
