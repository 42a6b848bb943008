"""What each kind of signal raises, in which thread, and what of it was really sent."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from alerts import comparing
from alerts.desk import refuse, release
from alerts.models import Alert, Delivery, Verdict
from alerts.raising import raising, wording
from alerts.situations import situations
from alerts.subscriptions import matching
from indicators import coding
from indicators.models import Evidence
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox
from tests.alerts.standing import compared, stands

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
RAPID: dict[str, Any] = {"is_rapid": True, "change_90": 12.34, "rapid_margin": 3.0}
SILENT: dict[str, Any] = {"reporting": "blackout", "reports_recent": 1, "reports_expected": 12.2}
SAID: dict[str, Any] = {"reply_code": 250, "message_id": "<made-up@test.example>"}
USUAL: dict[str, Any] = {"reporting": "usual", "reports_recent": 9, "reports_expected": 12.2}


def judged(*, at: dt.datetime = make.NOW, **fields: Any) -> list[Alert]:
    """The alerts that a score raises once it stands."""
    last = Alert.objects.order_by("pk").last()
    stands(at=at, **fields)
    comparing.compare_waiting(at=at)
    raising.raise_waiting(at=at)
    matching.match_waiting(at=at)
    return list(Alert.objects.filter(pk__gt=last.pk if last else 0).order_by("pk"))


def trigger(**fields: Any) -> Evidence:
    return make.accepted(indicator=make.indicator("8.5"), event_on=dt.date(2024, 5, 20), **fields)


def test_rapid_change_at_elevated_is_released_by_the_rule_and_says_how_much() -> None:
    compared()

    (alert,) = judged(**RAPID)

    assert (alert.kind, alert.state, alert.level) == ("rapid", "released", 3)
    assert alert.headline == "Index up 12.3 points in 90 days"
    assert "the index rose by 12.3 points within 90 days" in alert.what_changed
    assert "The level is ELEVATED as of 2024-06-30" in alert.what_changed


def test_below_elevated_nothing_is_raised() -> None:
    compared(level=0, **USUAL)
    trigger()

    assert judged(level=0, **RAPID | SILENT) == []
    assert set(Verdict.objects.values_list("reason", flat=True)) == {"the level is below ELEVATED"}


def test_what_comes_at_once_is_one_alert_and_silence_another() -> None:
    compared(level=2, **USUAL)
    trigger()

    alerts = judged(level=3, **RAPID | SILENT)
    raising.raise_waiting(at=make.NOW)

    assert [alert.kind for alert in alerts] == ["rise", "blackout"]
    assert Verdict.objects.filter(reason__contains="found with it").count() == 2


def test_trigger_evidence_is_named_only_where_everybody_may_see_it() -> None:
    compared(level=4)
    closed = trigger(sensitivity=Sensitivity.CONFIDENTIAL)
    (alert,) = judged(level=4)
    refuse.refuse(alert_id=alert.pk, by=make.person(Role.PUBLISHER), reason="made up", at=make.NOW)
    open_piece = trigger()
    (another,) = judged(level=4)

    assert (alert.kind, alert.headline) == ("trigger", "New trigger evidence that is not public")
    assert closed.indicator.label not in alert.what_changed
    assert open_piece.indicator.label.lower() in another.what_changed.lower()


def test_the_piece_that_a_trigger_alert_is_about_is_its_first_reason_where_it_is_public() -> None:
    compared(level=4)
    piece = trigger(note="A governor called a group vermin on the radio.")
    (alert,) = judged(level=4)
    first = alert.reasons.order_by("order").first()

    assert first is not None
    assert (first.evidence, first.grade) == (piece, piece.grade)
    assert first.text == f"A governor called a group vermin on the radio (2024-05-20, {piece.family.name})"


def test_a_trigger_that_is_not_public_is_no_reason() -> None:
    compared(level=4)
    closed = trigger(sensitivity=Sensitivity.CONFIDENTIAL)
    (alert,) = judged(level=4)

    assert not alert.reasons.filter(evidence=closed).exists()


def test_a_reason_is_kept_whole_and_a_headline_ends_with_a_phrase() -> None:
    compared(level=4)
    long = " ".join(["word"] * 80)
    trigger(note=f"{long}.")
    (alert,) = judged(level=4)

    assert alert.reasons.get(order=1).text.startswith(f"{long} (2024-05-20, ")
    assert wording.phrase("Incitement or hate propaganda against a group or person", 8) == (
        "Incitement or hate propaganda against a group"
    )
    assert wording.phrase("One two three four five six seven eight nine", 8).endswith("eight…")


def test_a_draft_of_silence_lapses_when_reports_come_again() -> None:
    compared(level=4, **USUAL)
    (draft,) = judged(level=4, **SILENT)

    judged(level=4, **USUAL)

    draft.refresh_from_db()
    assert (draft.kind, draft.state, draft.decision_reason) == ("blackout", "lapsed", "reports came again")


def test_a_draft_of_a_trigger_lapses_when_its_evidence_is_retracted() -> None:
    compared(level=4)
    piece = trigger()
    (draft,) = judged(level=4)
    coding.retract(evidence_id=piece.pk, by=make.person(Role.ADMIN), reason="made up", at=make.NOW + DAY)

    raising.raise_waiting(at=make.NOW + DAY)

    draft.refresh_from_db()
    assert (draft.state, draft.decision_reason) == ("lapsed", "the evidence was retracted")
    assert Alert.objects.count() == 1


def test_drafts_of_corrections_are_left_to_people() -> None:
    sent = outbox.alert()
    correction = outbox.alert(state="draft", kind="correction", corrects=sent, valid_until=dt.date(2024, 1, 1))
    compared(level=2)

    judged(level=4)

    correction.refresh_from_db()
    assert correction.state == "draft"


@pytest.mark.parametrize(
    ("states", "is_sent"), [(["cancelled"], False), (["cancelled", "sent"], True), (["refused"], False), ([], True)]
)
def test_the_cool_down_counts_what_was_really_sent(states: list[str], is_sent: bool) -> None:
    sent = outbox.alert(level=3)
    for state in states:
        outbox.delivery(sent, state=state, next_try_at=None, finished_at=make.NOW, **SAID)
    compared(level=2)

    assert (judged(level=3, at=make.NOW + DAY) == []) is is_sent


def test_practice_and_what_was_withdrawn_mute_nothing() -> None:
    outbox.alert(is_dry_run=True)
    outbox.alert(withdrawn_at=make.NOW)
    compared(level=2)

    assert len(judged(level=3, at=make.NOW + DAY)) == 1


def test_a_higher_alert_takes_the_place_of_the_one_that_stands() -> None:
    lower = outbox.alert(level=3)
    outbox.alert(iso3="SDN", level=3)
    for iso3 in ("SDN", "MMR"):
        compared(iso3=iso3, level=3)

    (higher,) = judged(level=4, at=make.NOW + DAY)

    assert (higher.supersedes, higher.situation) == (lower, lower.situation)
    assert list(lower.superseded_by.all()) == [higher]


def test_in_one_situation_a_warning_about_one_country_does_not_mute_another() -> None:
    by = make.person(Role.ADMIN)
    both = [make.country("MMR"), make.country("BGD")]
    river = situations.open_situation(name="The river", countries=both, by=by, at=make.NOW)
    for country in both:
        situations.put_country(situation_id=river.pk, country=country, is_home=True, by=by, at=make.NOW)
    outbox.alert(iso3="BGD", situation=river)
    for iso3 in ("BGD", "MMR"):
        compared(iso3=iso3, level=2)

    (alert,) = judged(level=3, at=make.NOW + DAY)

    assert alert.situation == river
    assert alert.supersedes is None


def test_a_rapid_draft_is_released_although_a_rise_was_warned_of() -> None:
    outbox.alert(level=4, decided_by=make.person(Role.PUBLISHER))
    compared(level=4)
    (draft,) = judged(level=4, **RAPID)

    release.release(alert_id=draft.pk, by=make.person(Role.PUBLISHER), reason="two bodies agree", at=make.NOW)

    assert Alert.objects.get(pk=draft.pk).state == "released"
    assert not Delivery.objects.exists()


def test_a_moved_home_threads_the_next_alert_there() -> None:
    by, first = make.person(Role.ADMIN), outbox.alert()
    river = situations.open_situation(name="The river", countries=[first.country], by=by, at=make.NOW)
    situations.put_country(situation_id=river.pk, country=first.country, is_home=True, by=by, at=make.NOW)
    compared(level=2)

    (alert,) = judged(level=3, at=make.NOW + DAY)

    assert alert.situation == river
    with transaction.atomic():
        assert situations.home_situation(country=first.country, at=make.NOW) == river
