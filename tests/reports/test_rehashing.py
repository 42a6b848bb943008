"""`verify_reports`: whoever changes a row past the application is found out."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from people.models import StaffNotice
from r2p_dashboard.celery import app
from reports import custody, ingest, rehashing
from reports.models import CustodyCheck, CustodyEntry, Report, Retrieval
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")


def taken_in(count: int = 1) -> list[Report]:
    source = make.source()
    for number in range(count):
        ingest.store_entry(
            source=source, text=f"Made-up sentence {number} about nobody.", locator="page 1", url="",
            published_on=dt.date(2024, 6, 1), sensitivity=0, at=NOW,
        )  # fmt: skip
    return list(Report.objects.order_by("pk"))


@contextmanager
def guards_down() -> Iterator[None]:
    """As somebody who owns the database could do it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def tamper(sql: str, *values: int) -> None:
    with guards_down(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def faults() -> dict[str, tuple[str, ...]]:
    check = rehashing.begin(at=NOW)
    return {failed.of: failed.faults for failed in rehashing.check_all(check, at=NOW)}


TAMPERED = {
    "UPDATE reports_report SET bytes = bytes || 'x' WHERE id = %s": ("bytes",),
    "UPDATE reports_report SET bytes = '' WHERE id = %s": ("missing",),
    "UPDATE reports_report SET bytes = 'x', sha256 = encode(sha256('x'), 'hex') WHERE id = %s": ("bytes",),
    "UPDATE reports_report SET text = text || ' More.' WHERE id = %s": ("text",),
    "UPDATE reports_passage SET text = 'Other words.' WHERE report_id = %s": ("passages",),
    "UPDATE reports_passage SET start = start + 1 WHERE report_id = %s": ("passages",),
    "UPDATE reports_custodyentry SET at = at + interval '1 day' WHERE report_id = %s": ("chain",),
    "UPDATE reports_custodyentry SET details = details || '{\"size\": 1}' WHERE report_id = %s": ("chain",),
    "DELETE FROM reports_custodyentry WHERE number = 1 AND report_id = %s": ("no-entry", "chain"),
    "DELETE FROM reports_custodyentry WHERE report_id = %s": ("no-entry",),
}


@pytest.mark.parametrize("sql", TAMPERED)
def test_a_row_changed_past_the_application_is_found(sql: str) -> None:
    _, other = taken_in(2)
    assert faults() == {}

    tamper(sql, other.pk)

    found = faults()
    assert found.pop(f"report {other.pk}") == TAMPERED[sql]
    assert found == ({"custody entries": ("lost",)} if sql.startswith("DELETE") else {})


def test_a_report_that_fails_leaves_an_entry_and_one_notice() -> None:
    (report,) = taken_in()
    tamper("UPDATE reports_report SET bytes = 'x' WHERE id = %s", report.pk)

    faults()
    faults()

    assert (
        list(report.custody.filter(deed="check_failed").values_list("details", flat=True))
        == [{"faults": ["bytes"]}] * 2
    )
    notice = StaffNotice.objects.get(kind=rehashing.NOTICE)
    assert (notice.subject, notice.times) == (f"report {report.pk}", 2)
    assert "other bytes than were stored" in notice.words


def test_a_report_put_right_leaves_one_entry_and_others_none() -> None:
    report, other = taken_in(2)
    tamper("UPDATE reports_report SET text = text || '!' WHERE id = %s", report.pk)
    faults()
    tamper("UPDATE reports_report SET text = left(text, -1) WHERE id = %s", report.pk)

    assert faults() == faults() == {}

    assert list(report.custody.order_by("number").values_list("deed", flat=True))[2:] == [
        "check_failed",
        "check_passed",
    ]
    assert other.custody.count() == 2


def test_the_chain_of_a_retrieval_is_checked_too() -> None:
    retrieval = ingest.receive(reader="text", payload=b"x", about=ingest.About(), file_name="x", at=NOW)
    assert faults() == {}

    tamper("UPDATE reports_custodyentry SET by_id = NULL, stage = 'other' WHERE retrieval_id = %s", retrieval.pk)

    assert faults() == {f"retrieval {retrieval.pk}": ("chain",)}
    assert StaffNotice.objects.get().subject == f"retrieval {retrieval.pk}"
    assert Retrieval.objects.count() == 1


def test_a_chain_cut_off_at_its_end_is_found() -> None:
    report, _ = taken_in(2)
    custody.note("handed_out", at=NOW, report_id=report.pk, by_id=make.person().pk)
    assert faults() == {}

    tamper("DELETE FROM reports_custodyentry WHERE deed = 'handed_out' AND report_id = %s", report.pk)

    assert faults() == {"custody entries": ("lost",)}


def test_a_check_that_was_stopped_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = taken_in(5)
    monkeypatch.setattr(rehashing, "BATCH", 2)
    stopped = rehashing.begin(at=NOW)
    rehashing._next_batch(stopped, at=NOW)

    again = rehashing.begin(at=NOW + dt.timedelta(days=1))
    assert list(rehashing.check_all(again, at=NOW)) == []

    done = CustodyCheck.objects.get()
    assert (done.pk, done.checked, done.reached) == (stopped.pk, 5, reports[-1].pk)
    assert done.finished_at == NOW
    assert rehashing.begin(at=NOW) != done


def test_no_more_bytes_are_in_memory_than_a_batch_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = taken_in(4)
    monkeypatch.setattr(rehashing, "BATCH_BYTES", 2 * len(reports[0].bytes))

    assert rehashing._fitting([one.pk for one in reports]) == [one.pk for one in reports[:2]]
    monkeypatch.setattr(rehashing, "BATCH_BYTES", 1)
    assert rehashing._fitting([one.pk for one in reports]) == [reports[0].pk]


def test_the_command_names_what_fails_and_ends_with_an_error() -> None:
    report, _ = taken_in(2)
    tamper("UPDATE reports_report SET bytes = 'x' WHERE id = %s", report.pk)
    out = StringIO()

    with pytest.raises(CommandError, match="1 of 2 reports are not"):
        call_command("verify_reports", stdout=out, stderr=StringIO())

    assert out.getvalue().splitlines() == [
        f"report {report.pk}: found other bytes than were stored",
        "2 reports: 1 are what was stored, 1 are not",
    ]


def test_a_sample_checks_so_many_and_no_more() -> None:
    taken_in(4)
    out = StringIO()

    call_command("verify_reports", sample=3, stdout=out)

    assert out.getvalue() == "3 reports: 3 are what was stored, 0 are not\n"
    assert CustodyCheck.objects.get().finished_at is not None
    assert not CustodyEntry.objects.filter(deed__startswith="check").exists()


def test_the_schedule_asks_for_a_check_once_a_week() -> None:
    entry = app.conf.beat_schedule["verify reports"]

    assert entry["task"] == "reports.verify_reports"
    assert len(entry["schedule"].day_of_week) == 1


def test_the_task_checks_everything_and_finishes() -> None:
    taken_in(2)

    app.loader.import_default_modules()
    app.tasks["reports.verify_reports"]()

    check = CustodyCheck.objects.get()
    assert (check.checked, check.failed) == (2, 0)
    assert check.finished_at is not None
