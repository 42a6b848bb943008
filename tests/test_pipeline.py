"""From a source to a mail through a real worker; the broker is only a bell."""

import inspect
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string

from indicators import backtesting, coding, outcome_loading
from indicators.backtest.grid import Question
from indicators.models import BacktestRun, Evidence, NoteCoding, RescoreRequest, ScoreRun, SeriesLoad, Standing
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from r2p_dashboard.celery import app
from r2p_dashboard.pipeline import STAGES
from reports.ingest import About, read_waiting, receive
from reports.models import Report, Retrieval
from tests import make
from tests.conftest import ROOT, database_url, stop_worker
from tests.services_plugin import SERVICES
from tests.waiting import until

SAMPLES = Path(__file__).resolve().parent / "samples"
SECRET = "Zyx Wvutsrq of Ponmlkj"  # stands in passage, note, address and reason: no log and no message may hold it
ADDRESS = "zyx.wvutsrq@secret.test.example"


def no_run_waits() -> bool:
    return not RescoreRequest.objects.exists()


def index(iso3: str = "MMR") -> float:
    standing = Standing.objects.filter(country__iso3=iso3).select_related("snapshot").first()
    return standing.snapshot.overall if standing else 0.0


def send_note(payload: bytes) -> Retrieval:
    return receive(
        reader="coding-note", payload=payload, about=About(), file_name="note.toml", at=clock.now(),
        asked_by=make.person(Role.CODER),
    )  # fmt: skip


@pytest.mark.usefixtures("worker")
def test_a_file_becomes_a_score_through_the_worker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "note.toml"
    file.write_bytes(make.note())
    coder, reviewer = make.person(Role.CODER), make.person(Role.REVIEWER)

    call_command("ingest", "coding-note", file=file, email=coder.email)
    assert f"report {Report.objects.get().pk}" in capsys.readouterr().out
    until(Evidence.objects.exists, what="the note to be coded")
    assert index() == 0

    coding.accept(evidence_id=Evidence.objects.get().pk, by=reviewer, at=clock.now())
    assert pipeline.ring()
    until(no_run_waits, what="the score")

    assert index() > 0
    assert (NoteCoding.objects.get().rows_count, Evidence.objects.get().coder) == (1, coder)


@pytest.mark.usefixtures("worker")
def test_the_same_file_twice_through_the_worker_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        call_command(
            "ingest", "ucdp-country-year", file=SAMPLES / "country_year.csv", email=make.person(Role.CODER).email
        )
        until(lambda: SeriesLoad.objects.exists() and no_run_waits(), what="the release to be loaded and scored")

    assert "it was here already; nothing changed" in capsys.readouterr().out
    assert (Report.objects.count(), SeriesLoad.objects.count(), ScoreRun.objects.count()) == (1, 1, 1)
    assert index() > 0


@pytest.mark.usefixtures("worker")
def test_what_waits_without_a_bell_is_found_by_the_sweep() -> None:
    send_note(make.note())
    make.accepted(at=clock.now())
    time.sleep(1)
    assert not no_run_waits()  # nobody rang

    assert pipeline.sweep(day=make.TODAY, known_on=clock.now().date())

    until(lambda: no_run_waits() and NoteCoding.objects.exists(), what="the sweep's bells")
    assert index() > 0


@pytest.mark.usefixtures("worker")
def test_a_back_test_without_a_bell_is_found_by_the_sweep() -> None:
    payload = b"country,start,end,kind,source,licence\nMMR,2016-10-09,,mass killing,a body,CC0\n"
    backtesting.ask(
        outcomes=outcome_loading.load_csv(payload=payload, name="one", at=clock.now())[0],
        question=Question(2000, 2016, 12), knowledge="hindsight", by=make.person(Role.REVIEWER), at=clock.now(),
    )  # fmt: skip

    assert pipeline.sweep(day=make.TODAY, known_on=clock.now().date())

    until(BacktestRun.objects.exists, what="the back-test")
    assert BacktestRun.objects.get().result["status"] == "cannot_be_tested"


@pytest.mark.usefixtures("worker")
def test_one_broken_stage_does_not_hold_up_the_others() -> None:
    Report.objects.create(**_report_that_breaks_its_stage())
    row = make.proposed()
    coding.accept(evidence_id=row.pk, by=make.person(Role.REVIEWER), at=clock.now())

    pipeline.ring()
    pipeline.sweep(day=make.TODAY, known_on=clock.now().date())

    until(no_run_waits, what="the score")
    assert index() > 0


def _report_that_breaks_its_stage() -> dict[str, object]:
    """A coding note whose passages are gone: it was read by an older, laxer reader."""
    family = make.family()
    return {
        "source": make.source(family=family), "kind": Report.Kind.CODING_NOTE, "reader": "coding-note", "title": "T",
        "published_on": make.TODAY, "media_type": "application/toml", "bytes": b"no note at all", "sha256": "e" * 64,
        "received_at": clock.now(),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_sweep_rings_for_nothing_where_nothing_waits(reference: None) -> None:
    assert pipeline.sweep(day=make.TODAY, known_on=clock.now().date()) is False


@pytest.fixture
def silent_broker() -> Iterator[None]:
    """The broker is killed; afterwards it is there again, with an empty memory."""
    SERVICES.kill_broker(wipe=True)
    yield
    SERVICES.start_broker()


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_bell_gives_up_soon_and_says_so(
    silent_broker: None, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        assert pipeline.ring() is False

    assert time.monotonic() - began < 20  # no speed is asserted: it must not hang
    assert "the broker does not answer" in caplog.text


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_sweep_gives_up_soon(silent_broker: None, reference: None) -> None:
    make.accepted()
    began = time.monotonic()

    assert pipeline.sweep(day=make.TODAY, known_on=clock.now().date()) is False
    assert time.monotonic() - began < 20


@pytest.mark.chaos
@pytest.mark.usefixtures("worker")
def test_a_broker_that_was_killed_with_its_memory_loses_nothing() -> None:
    row = make.proposed(at=clock.now())
    SERVICES.kill_broker(wipe=True)
    try:
        coding.accept(evidence_id=row.pk, by=make.person(Role.REVIEWER), at=clock.now())
        retrieval = send_note(make.note())
        assert pipeline.ring() is False
    finally:
        SERVICES.start_broker()
    assert RescoreRequest.objects.count() == 1

    until(lambda: app.control.ping(timeout=0.5), seconds=60, what="the worker to find the broker again")
    assert pipeline.sweep(day=make.TODAY, known_on=clock.now().date())

    until(lambda: no_run_waits() and NoteCoding.objects.exists(), seconds=60, what="the sweep's bells")
    assert (index() > 0, Retrieval.objects.get(pk=retrieval.pk).state) == (True, "done")


def test_a_task_takes_nothing_but_names_that_a_later_version_may_add() -> None:
    ours = [name for name in app.tasks if name.startswith(("reports.", "indicators.", "alerts.", "r2p_dashboard."))]
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if name.startswith(("reports.", "indicators.", "alerts.", "r2p_dashboard."))]

    assert {stage.task for stage in STAGES} < set(ours)
    for name in ours:
        kinds = {parameter.kind for parameter in inspect.signature(app.tasks[name].run).parameters.values()}
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}, name


def test_every_stage_is_rung_in_the_order_in_which_it_needs_the_others() -> None:
    order = ["fetch", "read", "cluster", "code", "load", "events", "figures", "suggest", "import", "score", "compare"]
    order += ["raise", "match", "send", "answers", "duties", "webhooks", "confirmations", "bands"]
    assert [stage.name for stage in STAGES] == order
    assert all(import_string(stage.task.replace(".", ".tasks.", 1)) for stage in STAGES)


@pytest.fixture
def talking_worker(no_worker: None, tmp_path: Path) -> Iterator[Path]:
    """A worker that writes everything it says, DEBUG included, into a file."""
    log = tmp_path / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "r2p_dashboard", "worker", "-Q", "reports,indicators", "-c", "1"]
    environment = {**os.environ, "DATABASE_URL": database_url(), "LOG_LEVEL": "DEBUG"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "-l", "DEBUG"], cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    until(lambda: app.control.ping(timeout=0.3), what="the worker")
    yield log
    stop_worker(process)


def secret_note() -> bytes:
    claims = make.note(why=SECRET, title=SECRET, coded_by=SECRET)
    return claims.replace(b"A synthetic statement about nobody.", f"It says that {SECRET} was there.".encode())


def test_no_log_of_the_worker_holds_an_excerpt_a_name_or_an_address(talking_worker: Path) -> None:
    coder = make.person(Role.CODER, email=ADDRESS, name=SECRET)
    for payload in (
        secret_note(),
        secret_note() + SECRET.encode(),
        secret_note().replace(b"severity = 3", b"severity = 9"),
    ):
        receive(
            reader="coding-note", payload=payload, about=About(title=SECRET, sensitivity=2), file_name=f"{SECRET}.toml",
            at=clock.now(), asked_by=coder,
        )  # fmt: skip
    pipeline.ring()
    until(NoteCoding.objects.exists, what="the note")
    row = Evidence.objects.get()
    coding.accept(evidence_id=row.pk, by=make.person(Role.PUBLISHER), at=clock.now())
    coding.retract(evidence_id=row.pk, by=make.person(Role.PUBLISHER), reason=SECRET, at=clock.now())
    pipeline.ring()
    until(no_run_waits, what="the score")

    said = talking_worker.read_text(errors="replace")
    assert "indicators.score_changed" in said
    assert not [word for word in (*SECRET.split()[:2], ADDRESS, "synthetic") if word in said]


def test_no_log_holds_what_the_database_says_of_a_row_that_it_refuses(talking_worker: Path) -> None:
    send_note(secret_note())
    read_waiting(at=clock.now())
    _break_the_tables()
    try:
        pipeline.ring()
        until(NoteCoding.objects.exists, what="the note")
        make.accepted(at=clock.now(), note=SECRET, country=make.country("UKR"))
        pipeline.ring()
        until(ScoreRun.objects.filter(state="failed").exists, what="the run to fail")
    finally:
        _mend_the_tables()

    time.sleep(0.5)
    assert SECRET.split()[0] not in talking_worker.read_text(errors="replace")
    assert SECRET.split()[0] not in NoteCoding.objects.get().failure + ScoreRun.objects.latest("pk").failure


def _break_the_tables() -> None:
    from django.db import connection

    check = f"CHECK (note !~ 'Wvutsrq' OR country_id <> {make.country('MMR').pk})"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE indicators_evidence ADD CONSTRAINT no_note {check}")
        cursor.execute("ALTER TABLE indicators_snapshot ADD CONSTRAINT no_row CHECK (evidence_count < 1)")


def _mend_the_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE indicators_evidence DROP CONSTRAINT no_note")
        cursor.execute("ALTER TABLE indicators_snapshot DROP CONSTRAINT no_row")


def test_no_message_to_the_broker_holds_anything_but_names_of_tasks(no_worker: None) -> None:
    send_note(secret_note())
    make.accepted(at=clock.now(), note=SECRET)
    assert pipeline.ring()
    assert pipeline.sweep(day=make.TODAY, known_on=clock.now().date())

    channel: Any = app.connection_for_read().channel()
    client = channel.client
    messages = [message for queue in ("reports", "indicators") for message in client.lrange(queue, 0, -1)]
    app.control.purge()
    assert len(messages) >= 2
    for message in messages:
        assert SECRET.encode() not in message
        assert json.loads(json.loads(message)["headers"]["argsrepr"].replace("'", '"').replace("()", "[]")) == []
        assert json.loads(message)["headers"]["kwargsrepr"] == "{}"
