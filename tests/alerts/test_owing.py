"""Who received an alert that rested on what was retracted since: found by a stage, kept, and told on pages."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from alerts.corrections import owing
from alerts.models import Alert, AlertReason, CorrectionDuty, Delivery
from indicators import coding
from indicators.models import Evidence, ScoreRun
from people.models import StaffNotice
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
LATER = make.NOW + 2 * DAY


def sent(alert: Alert, **fields: Any) -> Delivery:
    given = {
        "state": "sent", "next_try_at": None, "finished_at": make.NOW + DAY, "written_at": make.NOW + DAY,
        "reply_code": 250, "message_id": "<x@test.example>",
    }  # fmt: skip
    return outbox.delivery(alert, **(given | fields))


def warned(*, recipients: int = 1, run_at: dt.datetime = make.NOW) -> Alert:
    """A released alert whose score was published at `run_at`, with mails that went out."""
    alert = outbox.alert()
    run = {"state": "published", "published_at": run_at, "started_at": run_at}
    ScoreRun.objects.filter(pk=alert.snapshot.run_id).update(**run)
    for _ in range(recipients):
        sent(alert)
    return alert


def retract(row: Evidence, at: dt.datetime = LATER) -> None:
    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="it was about elsewhere", at=at)


def name(alert: Alert, row: Evidence) -> None:
    AlertReason.objects.create(alert=alert, order=1, text="Synthetic", grade="B2", evidence=row)


def test_everybody_who_received_it_is_kept_and_staff_are_told_once() -> None:
    row = make.accepted()
    alert = warned(recipients=3)
    retract(row)

    assert owing.waiting().get() == row
    assert (owing.find_waiting(at=LATER), owing.find_waiting(at=LATER)) == (3, 0)

    assert not owing.waiting().exists()
    duties = CorrectionDuty.objects.filter(evidence=row, is_reason=False, found_at=LATER)
    assert set(duties.values_list("delivery", flat=True)) == set(alert.deliveries.values_list("pk", flat=True))
    notice = StaffNotice.objects.get(kind="correction-owed")
    assert (notice.subject, notice.times) == (f"evidence {row.pk}", 1)
    assert f"alert {alert.pk}: 3" in notice.words


def test_a_piece_that_the_reasons_name_is_marked() -> None:
    row = make.accepted(event_on=dt.date(2024, 5, 2))
    name(warned(), row)
    retract(row)

    owing.find_waiting(at=LATER)

    assert CorrectionDuty.objects.get().is_reason


@pytest.mark.parametrize(
    "case", ["not sent", "another country", "accepted later", "gone before", "written after", "known later"]
)
def test_who_received_nothing_that_rested_on_it_is_owed_nothing(case: str) -> None:
    country = make.country("SDN" if case == "another country" else "MMR")
    at = make.NOW + DAY / 2 if case == "accepted later" else make.NOW - DAY
    known_on = make.TODAY + DAY if case == "known later" else dt.date(2024, 6, 1)
    row = make.accepted(country=country, at=at, known_on=known_on)
    alert = warned(recipients=0)
    if case == "not sent":
        outbox.delivery(alert)
    else:
        sent(alert, **({"written_at": LATER + DAY, "finished_at": LATER + DAY} if case == "written after" else {}))
    retract(row, at=make.NOW - DAY / 2 if case == "gone before" else LATER)

    assert owing.find_waiting(at=LATER) == 0


def test_a_mail_that_goes_out_late_with_the_old_words_is_found_by_the_next_round() -> None:
    row = make.accepted()
    alert = warned()
    retract(row)
    owing.find_waiting(at=LATER)
    sent(alert, finished_at=LATER + DAY)

    assert owing.find_waiting(at=LATER + DAY) == 1
    assert CorrectionDuty.objects.count() == 2


def test_a_duty_is_never_rewritten_nor_deleted() -> None:
    row = make.accepted()
    warned()
    retract(row)
    owing.find_waiting(at=LATER)

    for change in (lambda: CorrectionDuty.objects.update(found_at=make.NOW), CorrectionDuty.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_alerts_page_says_what_it_rested_on_when_why_and_what_took_its_place(client: Client) -> None:
    row = make.accepted()
    alert = warned()
    retract(row)

    text = client.get(f"/alerts/{alert.pk}/").text

    assert "Evidence behind this alert was retracted since." in text
    assert "Counted in its score" in text
    assert "3 July 2024" in text
    assert "it was about elsewhere" in text


def test_the_alerts_page_says_nothing_of_what_its_reader_may_not_see(client: Client) -> None:
    row = make.accepted(sensitivity=Sensitivity.CONFIDENTIAL)
    alert = warned()
    retract(row)

    assert "was retracted since" not in client.get(f"/alerts/{alert.pk}/").text
    client.force_login(make.person(Role.CODER))
    assert "was retracted since" in client.get(f"/alerts/{alert.pk}/").text


def test_the_page_of_the_piece_tells_staff_how_many_people_received_it(client: Client) -> None:
    row = make.accepted()
    alert = warned(recipients=2)
    retract(row)
    owing.find_waiting(at=LATER)

    said = f'2 people received <a href="/alerts/{alert.pk}/">alert {alert.pk}</a>, whose score counted it'
    assert said not in client.get(f"/evidence/{row.pk}/").text
    client.force_login(make.person(Role.CODER))
    assert said in client.get(f"/evidence/{row.pk}/").text


def test_publishers_find_the_notice_on_the_status_page(client: Client) -> None:
    row = make.accepted()
    warned()
    retract(row)
    owing.find_waiting(at=LATER)

    said = f"Evidence {row.pk} was retracted on 2024-07-03"
    assert said not in client.get("/status/").text
    client.force_login(make.person(Role.PUBLISHER))
    assert said in client.get("/status/").text
