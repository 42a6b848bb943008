"""The chain of custody: what is written where, and that nobody rewrites it."""

import datetime as dt
import json
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from indicators import suggesting
from people.permissions import Role, Sensitivity
from reports import correcting, custody, handing_out, ingest, judging, sending
from reports.chain import is_whole
from reports.models import CustodyEntry, Report, Retrieval, Source
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
Deed = CustodyEntry.Deed
WORDS = "Soldiers burned two villages and shot people who fled. Witnesses spoke of it in a camp across the border."


def sent(payload: bytes = WORDS.encode(), **about: Any) -> Retrieval:
    said: dict[str, Any] = {"source": "body", "title": "Synthetic", "published_on": dt.date(2024, 6, 1)}
    if not Source.objects.filter(slug="body").exists():
        make.source(slug="body")
    retrieval = ingest.receive(
        reader="text", payload=payload, about=ingest.About(**{**said, **about}), file_name="x.txt", at=NOW
    )
    ingest.read_waiting(at=NOW)
    retrieval.refresh_from_db()
    return retrieval


def report_sent(**about: Any) -> Report:
    report = sent(**about).report
    assert report is not None
    return report


def deeds(**of: Any) -> list[str]:
    return list(CustodyEntry.objects.filter(**of).order_by("number").values_list("deed", flat=True))


def chain_is_whole(**of: Any) -> bool:
    return is_whole((one.link, one.digest) for one in CustodyEntry.objects.filter(**of).order_by("number"))


def test_what_is_sent_in_leaves_its_way_in_two_chains() -> None:
    retrieval = sent()

    assert deeds(retrieval=retrieval) == ["received", "finished"]
    assert deeds(report=retrieval.report) == ["stored", "extracted"]
    assert chain_is_whole(retrieval=retrieval)
    assert chain_is_whole(report=retrieval.report)


def test_the_entries_say_digests_and_sizes_and_who_sent_it() -> None:
    report = report_sent()

    stored, extracted = report.custody.order_by("number")
    assert stored.details["sha256"] == report.sha256
    assert stored.details["size"] == len(WORDS)
    assert extracted.details["text"] == custody.sha256_of(report.text)
    assert extracted.details["extractor"] == report.extractor


def test_an_entry_holds_no_word_of_the_report() -> None:
    report_sent()

    everything = json.dumps(list(CustodyEntry.objects.values("details", "stage", "deed")))
    assert "villages" not in everything
    assert "Synthetic" not in everything


def test_what_comes_again_and_closer_is_written_down() -> None:
    report = report_sent()

    sent(sensitivity=Sensitivity.CONFIDENTIAL)

    assert deeds(report=report) == ["stored", "extracted", "closed", "came_again"]
    assert report.custody.get(deed="closed").details == {"was": 0, "became": 2}
    assert chain_is_whole(report=report)


def test_a_file_that_fails_and_is_given_up_says_so() -> None:
    coder = make.person(Role.CODER)
    retrieval = sent(source="nobody-knows")
    assert deeds(retrieval=retrieval) == ["received", "failed"]

    assert sending.give_up(retrieval_id=retrieval.pk, by=make.person(Role.ADMIN), at=NOW)

    assert deeds(retrieval=retrieval) == ["received", "failed", "let_go"]
    assert coder.pk != retrieval.custody.get(deed="let_go").by_id


def test_bytes_that_nobody_put_right_are_let_go_of_in_the_chain() -> None:
    retrieval = sent(source="nobody-knows")

    assert ingest.forget_failed(at=NOW + ingest.FAILED_KEPT) == 1

    assert deeds(retrieval=retrieval)[-1] == "let_go"


def test_searches_and_corrections_are_written_down() -> None:
    report, coder = report_sent(), make.person(Role.CODER)

    suggesting.suggest_waiting(at=NOW)
    (one,) = correcting.correct(report_id=report.pk, by=coder, at=NOW, countries=["MMR"])
    correcting.undo(correction_id=one.pk, by=coder, at=NOW)

    assert deeds(report=report)[2:] == ["searched", "corrected", "corrected"]
    assert report.custody.get(deed="searched").stage == "suggest"
    assert report.custody.filter(deed="corrected", by=coder).count() == 2
    assert chain_is_whole(report=report)


def test_joining_and_taking_out_of_a_cluster_is_written_down() -> None:
    first, second = report_sent(), report_sent(payload=f"{WORDS} ".encode() * 3)
    said = judging.Said(make.person(Role.REVIEWER), "looks alike", NOW, lambda *_: None)

    judging.judge(report_id=first.pk, other_id=second.pk, verdict="same", said=said)
    cluster = first.memberships.get().cluster_id
    judging.split(report_id=second.pk, cluster_id=cluster, said=said)

    assert deeds(report=first)[2:] == ["clustered"]
    assert deeds(report=second)[2:] == ["clustered", "split"]
    assert second.custody.get(deed="split").by == said.by
    assert chain_is_whole(report=second)


def test_who_takes_the_bytes_is_written_down() -> None:
    report, coder = report_sent(), make.person(Role.CODER)

    given = handing_out.hand_out(report_id=report.pk, by=coder, at=NOW)

    assert given.payload == WORDS.encode()
    assert report.custody.get(deed="handed_out").by == coder
    with pytest.raises(handing_out.HandingOutError, match="may not"):
        handing_out.hand_out(report_id=report.pk, by=make.person(Role.READER), at=NOW)


@pytest.mark.parametrize("change", ["UPDATE reports_custodyentry SET stage = 'x'", "DELETE FROM reports_custodyentry"])
def test_postgresql_refuses_to_change_or_delete_an_entry(change: str) -> None:
    report_sent()

    with pytest.raises(DatabaseError, match="are never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_two_entries_cannot_stand_at_one_place_of_a_chain() -> None:
    report = report_sent()
    last = report.custody.order_by("-number")[0]

    with pytest.raises(IntegrityError, match="one_custody_entry_per_report_and_number"), transaction.atomic():
        CustodyEntry.objects.create(
            report=report, number=last.number, deed=Deed.CLOSED, at=NOW, stage="x", previous="x", digest=last.digest
        )


def test_many_reports_cost_as_many_queries_as_two(django_assert_num_queries: Any) -> None:
    for count in (2, 60):
        notes = [custody.Note(Deed.CLOSED, make.report().pk) for _ in range(count)]
        with transaction.atomic(), django_assert_num_queries(3):
            custody.write(notes, at=NOW, stage="read")


def test_reports_that_stand_get_entries_that_say_that_they_were_written_later() -> None:
    report = make.report()

    with connection.schema_editor() as editor:
        import_module("reports.migrations.0008_custody").write_what_stands(apps, editor)

    stored, extracted = report.custody.order_by("number")
    assert stored.details["written_later"] is True
    assert extracted.details["text"] == custody.sha256_of(report.text)
    assert chain_is_whole(report=report)
