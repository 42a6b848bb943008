"""Evidence that an alert rested on is retracted: a correction is drafted, or a publisher decides that none need be."""

import dataclasses
import datetime as dt

import pytest
from django.test import Client

from alerts.corrections import owing, recalling
from alerts.desk import edit, owed, refuse, release, settle, withdraw
from alerts.desk.drafts import DeskError, Words
from alerts.models import Alert
from alerts.outbox import delivery
from indicators import coding
from indicators.models import Evidence, ScoreRun, Standing
from people.models import StaffNotice
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox
from tests.alerts.test_taking_back import SENT

pytestmark = pytest.mark.usefixtures("reference")
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
FIRST = make.NOW + 2 * DAY


def warned(*named: Evidence, stands_at: int = 3) -> Alert:
    """An alert that went out to one person for these reasons, in a country that stands at a level."""
    alert = outbox.alert(valid_until=dt.date(2024, 9, 1), matched_at=make.NOW)
    run = {"state": "published", "published_at": make.NOW, "started_at": make.NOW}
    ScoreRun.objects.filter(pk=alert.snapshot.run_id).update(**run)
    for order, row in enumerate(named, start=1):
        alert.reasons.create(order=order, text="Synthetic", grade="B2", evidence=row)
    outbox.delivery(alert, **(SENT | {"written_at": make.NOW + DAY, "finished_at": make.NOW + DAY}))
    snapshot = alert.snapshot if stands_at == 3 else outbox.snapshot(level=stands_at)
    Standing.objects.create(country=alert.country, method=snapshot.method, snapshot=snapshot)
    return alert


def retracted(*rows: Evidence, at: dt.datetime = FIRST, why: str = "it was about elsewhere") -> int:
    """Each of them, and the round of the stage after it; how many drafts were written."""
    for row in rows:
        coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason=why, at=at)
    owing.find_waiting(at=at)
    return owed.draft_waiting(at=at)


def draft() -> Alert:
    return Alert.objects.waiting().get()


def test_a_reason_that_is_retracted_drafts_a_correction_in_plain_words() -> None:
    row = make.accepted()
    alert = warned(row)

    assert retracted(row) == 1

    made = draft()
    assert (made.kind, made.corrects, made.reasons.get().evidence) == ("correction", alert, row)
    assert f"Corrects alert {alert.pk} of 2024-07-01, which warned of ELEVATED." in made.what_changed
    assert f"{row.indicator.label} (2024-05-01), because: it was about elsewhere" in made.what_changed
    assert "Myanmar stands at ELEVATED as of 2024-06-30." in made.what_changed
    assert owed.draft_waiting(at=FIRST) == 0


def test_a_hidden_piece_is_counted_and_said_in_no_other_way() -> None:
    row = make.accepted(sensitivity=Sensitivity.CONFIDENTIAL)
    warned(row)
    retracted(row, why="the witness was named")

    made = draft()
    assert "1 that is not public" in made.what_changed
    assert row.indicator.label not in made.what_changed
    assert "witness" not in " ".join(Words.of(made).as_kept().values())


def test_the_draft_gathers_further_pieces_and_keeps_what_a_publisher_wrote() -> None:
    rows = [make.accepted(indicator=make.indicator(code)) for code in ("7.14", "1.1", "2.1")]
    warned(*rows)
    retracted(rows[0])
    assert retracted(rows[1], at=FIRST + DAY) == 1
    assert all(row.indicator.label in draft().what_changed for row in rows[:2])

    words = Words.of(made := draft())
    mine = edit.tidy(Words(**(words.as_kept() | {"what_changed": "In my words.", "valid_until": words.valid_until})))  # type: ignore[arg-type]  # by name
    publisher = make.person(Role.PUBLISHER)
    edit.edit(alert_id=made.pk, by=publisher, words=mine, seen=words.digest(), reason="plainer", at=FIRST + DAY)
    retracted(rows[2], at=FIRST + 2 * DAY)

    assert draft().what_changed.startswith("In my words. Since then: It rested on evidence that was retracted since: ")
    assert rows[2].indicator.label in draft().what_changed


def test_the_released_correction_goes_to_who_got_the_alert_and_closes_the_notice() -> None:
    row = make.accepted()
    alert = warned(row)
    retracted(row)
    made, by = draft(), make.person(Role.PUBLISHER)

    release.release(alert_id=made.pk, by=by, reason="it is so", at=FIRST + DAY)
    recalling.recall_waiting(at=FIRST + DAY)

    assert made.deliveries.get().person == alert.deliveries.get().person
    notice = StaffNotice.objects.get()
    assert (notice.closed_by, notice.closing_note) == (by, f"alert {made.pk} corrects alert {alert.pk}")
    assert alert.decisions.get().action == "corrected"
    assert owed.draft_waiting(at=FIRST + DAY) == 0


def test_what_is_retracted_after_the_correction_drafts_another() -> None:
    rows = [make.accepted(indicator=make.indicator(code)) for code in ("7.14", "1.1")]
    warned(*rows)
    retracted(rows[0])
    release.release(alert_id=draft().pk, by=make.person(Role.PUBLISHER), reason="it is so", at=FIRST + DAY)

    assert retracted(rows[1], at=FIRST + 2 * DAY) == 1
    assert rows[0].indicator.label not in draft().what_changed


@pytest.mark.parametrize("how", ["refused", "withdrawn"])
def test_a_refusal_or_a_withdrawal_closes_the_notice_too(how: str) -> None:
    row, by = make.accepted(), make.person(Role.PUBLISHER)
    alert = warned(row)
    retracted(row)
    if how == "refused":
        refuse.refuse(alert_id=draft().pk, by=by, reason="the reason holds without it", at=FIRST + DAY)
    else:
        withdraw.withdraw(alert_id=alert.pk, by=by, wrong="It was elsewhere", reason="all of it", at=FIRST + DAY)

    assert not Alert.objects.waiting().exists()
    assert owed.draft_waiting(at=FIRST + DAY) == 0
    assert StaffNotice.objects.get().closed_by == by


def test_a_piece_that_only_counted_drafts_nothing_while_the_level_stands_and_a_person_decides() -> None:
    row, by = make.accepted(), make.person(Role.PUBLISHER)
    alert = warned()
    assert retracted(row) == 0

    settle.settle(alert_id=alert.pk, by=by, reason="the level stands without it", at=FIRST + DAY)

    assert (alert.decisions.get().action, alert.decisions.get().before) == ("refused", {"evidence": [row.pk]})
    assert StaffNotice.objects.get().closed_by == by
    with pytest.raises(DeskError, match="found nothing retracted that waits"):
        settle.settle(alert_id=alert.pk, by=by, reason="once more", at=FIRST + DAY)


def test_a_piece_that_only_counted_drafts_a_correction_once_the_level_fell() -> None:
    row = make.accepted()
    warned(stands_at=2)

    assert retracted(row) == 1
    assert "Myanmar stands at LOW" in draft().what_changed


# --- a draft that waits for long -----------------------------------------------------------------------------
LATE = FIRST + 120 * DAY  # its days are over


def test_a_correction_does_not_expire_at_the_desk_and_goes_for_long_enough() -> None:
    row = make.accepted()
    warned(row)
    retracted(row)
    made = draft()
    assert made.valid_until < LATE.date()

    release.release(alert_id=made.pk, by=make.person(Role.PUBLISHER), reason="it is so", at=LATE)
    recalling.recall_waiting(at=LATE)

    made.refresh_from_db()
    assert made.valid_until == LATE.date() + dt.timedelta(days=30)
    assert delivery.waiting(at=LATE).filter(alert=made).count() == 1


def test_its_last_day_can_be_moved_when_its_days_are_over() -> None:
    row = make.accepted()
    warned(row)
    retracted(row)
    was = Words.of(made := draft())
    words = dataclasses.replace(was, valid_until=LATE.date() + dt.timedelta(days=60))

    edit.edit(
        alert_id=made.pk, by=make.person(Role.PUBLISHER), words=words, seen=was.digest(), reason="longer", at=LATE
    )
    release.release(alert_id=made.pk, by=make.person(Role.PUBLISHER), reason="it is so", at=LATE)

    assert Alert.objects.get(pk=made.pk).valid_until == words.valid_until


def test_publishers_hear_each_day_of_a_correction_that_waits_until_it_is_decided() -> None:
    row, by = make.accepted(), make.person(Role.PUBLISHER)
    alert = warned(row)
    retracted(row)
    made = draft()
    assert [owed.remind_waiting(at=FIRST + hours * HOUR) for hours in (23, 24, 24, 47, 48)] == [0, 1, 0, 0, 1]
    notice = StaffNotice.objects.get(subject=f"alert {alert.pk}")
    assert (notice.times, notice.closed_at) == (2, None)
    assert f"Alert {made.pk}, which corrects alert {alert.pk}, waits since 2024-07-03." in notice.words

    refuse.refuse(alert_id=made.pk, by=by, reason="the reason holds without it", at=FIRST + 3 * DAY)

    notice.refresh_from_db()
    assert notice.closed_by == by
    assert owed.remind_waiting(at=FIRST + 9 * DAY) == 0


def test_the_desk_says_that_a_correction_does_not_lapse(client: Client) -> None:
    row = make.accepted()
    alert = warned(row)
    retracted(row)
    client.force_login(make.person(Role.PUBLISHER))

    assert f"does not lapse: who got alert {alert.pk} waits to be told" in client.get("/alerts/desk/").text
    page = client.get(f"/alerts/{draft().pk}/").text
    assert "It does not lapse: who got" in page
    assert "or as soon as the country falls" not in page


def test_the_desk_shows_what_is_to_be_decided_and_takes_the_decision(client: Client) -> None:
    row = make.accepted()
    alert = warned()
    retracted(row)
    client.force_login(make.person(Role.PUBLISHER))
    assert "it was about elsewhere" in client.get("/alerts/desk/").text

    short = client.post(f"/alerts/{alert.pk}/settle/", {"reason": "x"})
    page = client.post(f"/alerts/{alert.pk}/settle/", {"reason": "It stands without it"}, follow=True)
    again = client.post(f"/alerts/{alert.pk}/settle/", {"reason": "It stands without it"})

    assert (short.status_code, again.status_code) == (400, 409)
    assert "needs no correction" in page.text
    assert "it was about elsewhere" not in page.text
    client.logout()
    assert "no correction needed</strong> by a publisher" in client.get(f"/alerts/{alert.pk}/").text


@pytest.mark.parametrize("role", [None, Role.READER, Role.REVIEWER])
def test_only_those_who_release_decide_that_none_is_needed(client: Client, role: Role | None) -> None:
    alert = warned()
    if role is not None:
        client.force_login(make.person(role))

    assert client.post(f"/alerts/{alert.pk}/settle/", {"reason": "So"}).status_code == (302 if role is None else 403)
