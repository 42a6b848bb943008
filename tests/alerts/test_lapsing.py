"""How long a draft holds: what lost its ground goes out no more, and time is counted from the release."""

import dataclasses
import datetime as dt

import pytest
from django.test import Client

from alerts.desk import edit, release
from alerts.desk.drafts import DeskError, Words
from alerts.models import Alert
from alerts.raising import lapsing, raising
from indicators import coding
from indicators.models import Evidence, RescoreRequest
from people.permissions import Role
from tests import make
from tests.alerts import desks
from tests.alerts.standing import compared, stands
from tests.alerts.test_raising_kinds import RAPID, judged, trigger

pytestmark = pytest.mark.usefixtures("reference")
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def released(row: Alert, *, at: dt.datetime) -> Alert:
    by = make.person(Role.PUBLISHER)
    return release.release(alert_id=row.pk, by=by, reason="two bodies agree", at=at)


def retract(row: Evidence, *, at: dt.datetime) -> None:
    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=at)


def rescored(*, at: dt.datetime, level: int) -> None:
    """A run that saw what was asked for."""
    stands(at=at, known_on=at.date(), level=level)
    RescoreRequest.objects.all().delete()


# --- what lost its ground ------------------------------------------------------------------------------------
def test_a_trigger_whose_evidence_was_retracted_is_not_released() -> None:
    compared(level=4)
    piece = trigger()
    (draft,) = judged(level=4)
    retract(piece, at=make.NOW + HOUR)

    with pytest.raises(DeskError, match="found that the evidence was retracted; wanted what it warns of to stand"):
        released(draft, at=make.NOW + 2 * HOUR)


def test_a_draft_that_lost_a_reason_is_not_released_and_is_drafted_anew_once_the_scores_are() -> None:
    piece = make.accepted()
    compared(level=3)
    (draft,) = judged(level=4)
    draft.reasons.create(order=9, text="Synthetic", grade="B2", evidence=piece)
    retract(piece, at=make.NOW + HOUR)

    with pytest.raises(DeskError, match=f"found evidence {piece.pk}, one of its reasons, retracted"):
        released(draft, at=make.NOW + 2 * HOUR)
    raising.raise_waiting(at=make.NOW + 2 * HOUR)
    assert Alert.objects.waiting().get() == draft

    rescored(level=4, at=make.NOW + 3 * HOUR)
    raising.raise_waiting(at=make.NOW + 3 * HOUR)
    raising.raise_waiting(at=make.NOW + 4 * HOUR)

    draft.refresh_from_db()
    fresh = Alert.objects.waiting().get()
    assert (draft.state, draft.decision_reason) == ("lapsed", "evidence among its reasons was retracted")
    assert not lapsing.retracted_reasons(fresh).exists()


def test_a_draft_of_a_rapid_change_that_is_over_lapses_and_is_not_released_before() -> None:
    compared(level=4)
    (draft,) = judged(level=4, **RAPID)
    stands(level=4, is_rapid=False, at=make.NOW + DAY)

    with pytest.raises(DeskError, match="found that the change is rapid no longer"):
        released(draft, at=make.NOW + DAY)
    raising.raise_waiting(at=make.NOW + DAY)

    draft.refresh_from_db()
    assert (draft.state, draft.decision_reason) == ("lapsed", "the change is rapid no longer")


# --- until when it is valid ----------------------------------------------------------------------------------
def test_a_draft_released_late_is_valid_as_long_as_one_released_at_once() -> None:
    compared(level=3)
    (draft,) = judged(level=4)
    late = make.NOW + 60 * DAY
    assert draft.valid_until == late.date()
    stands(level=4, at=late)

    assert released(draft, at=late).valid_until == late.date() + 60 * DAY


def test_a_last_day_that_a_person_chose_stays() -> None:
    chosen = dt.date(2024, 8, 1)
    draft = desks.edited(desks.draft(level=3), valid_until=chosen)

    assert released(draft, at=make.NOW + DAY).valid_until == chosen


def test_the_time_of_a_draft_is_made_longer_from_the_day_on_which_it_is_changed() -> None:
    draft, late = desks.draft(level=3, valid_until=make.TODAY + 60 * DAY), make.NOW + 50 * DAY
    words = dataclasses.replace(Words.of(draft), valid_until=late.date() + 90 * DAY)

    edit.edit(
        alert_id=draft.pk, by=make.person(Role.PUBLISHER), words=words, seen=Words.of(draft).digest(),
        reason="it takes longer", at=late,
    )  # fmt: skip

    assert released(draft, at=late + DAY).valid_until == late.date() + 90 * DAY


def test_the_page_of_a_draft_tells_how_long_it_would_be_valid(client: Client) -> None:
    draft = desks.draft(level=3, valid_until=make.TODAY + 60 * DAY)
    client.force_login(make.person(Role.PUBLISHER))

    page = client.get(f"/alerts/{draft.pk}/").text

    until = lapsing.last_day(draft, day=Alert.objects.get().raised_at.date())
    assert "Released now it would be valid until <time datetime=" in page
    assert until > draft.valid_until
