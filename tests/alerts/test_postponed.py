"""What an alert would mute waits for what becomes of it: nobody's draft takes a warning with it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from alerts.desk import refuse, release, withdraw
from alerts.desk.drafts import DeskError
from alerts.models import Alert, Delivery, Postponed, Signal, Verdict
from alerts.raising import raising
from alerts.situations import situations
from indicators import coding
from indicators.models import Evidence
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.standing import compared, stands
from tests.alerts.test_raising_kinds import RAPID, judged, trigger

pytestmark = pytest.mark.usefixtures("reference")
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def retract(row: Evidence, *, at: dt.datetime) -> None:
    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=at)
    raising.raise_waiting(at=at)


def released(row: Alert, *, at: dt.datetime = make.NOW) -> Alert:
    return release.release(alert_id=row.pk, by=make.person(Role.PUBLISHER), reason="two bodies agree", at=at)


def refused(row: Alert, *, at: dt.datetime) -> None:
    refuse.refuse(alert_id=row.pk, by=make.person(Role.PUBLISHER), reason="this source is not reliable", at=at)


def finished(state: str) -> None:
    """What waits in the outbox has its end."""
    rows = Delivery.objects.filter(state="waiting")
    said = {"reply_code": 250, "message_id": "<made-up@test.example>"} if state == "sent" else {}
    rows.update(state=state, next_try_at=None, finished_at=make.NOW, **said)


def draft() -> Alert:
    return Alert.objects.waiting().get()


def verdict_on(row: Evidence) -> str:
    return Verdict.objects.get(signal__evidence=row).reason


@pytest.mark.parametrize("is_later", [True, False])
def test_a_second_trigger_is_warned_of_when_the_first_is_retracted(is_later: bool) -> None:
    compared(level=4)
    first, second = trigger(), None if is_later else trigger()
    judged(level=4)
    second = second or trigger()
    judged(level=4, at=make.NOW + HOUR)
    assert Signal.objects.unjudged().count() == 0

    retract(first, at=make.NOW + DAY)

    assert draft().signal.evidence == second


def test_a_second_trigger_is_warned_of_when_the_draft_of_the_first_is_refused() -> None:
    compared(level=4)
    trigger()
    (first,) = judged(level=4)
    second = trigger()
    judged(level=4, at=make.NOW + HOUR)

    refused(first, at=make.NOW + 2 * HOUR)
    raising.raise_waiting(at=make.NOW + 2 * HOUR)

    assert draft().signal.evidence == second


def test_a_second_trigger_is_muted_once_the_alert_of_the_first_has_gone_out() -> None:
    outbox.subscription()
    compared(level=4)
    trigger()
    (first,) = judged(level=4)
    second = trigger()
    judged(level=4, at=make.NOW + HOUR)
    released(first)
    judged(level=4, at=make.NOW + 2 * HOUR)
    assert Postponed.objects.get().alert == first  # its mails all wait

    finished("sent")
    raising.raise_waiting(at=make.NOW + 3 * HOUR)

    assert "stands already" in verdict_on(second)
    assert (Alert.objects.count(), Postponed.objects.count(), Signal.objects.unjudged().count()) == (1, 0, 0)


def test_a_trigger_told_by_a_rise_that_lapsed_is_warned_of_at_the_level_that_stands() -> None:
    compared(level=3)
    piece = trigger()
    judged(level=4)

    judged(level=3, at=make.NOW + DAY)

    out = Alert.objects.get(state="released")
    assert (out.kind, out.level, out.signal.evidence) == ("trigger", 3, piece)


def test_what_a_refused_rise_told_does_not_come_back_in_other_words() -> None:
    compared(level=3)
    piece = trigger()
    (rise,) = judged(level=4, **RAPID)

    refused(rise, at=make.NOW + HOUR)
    raising.raise_waiting(at=make.NOW + HOUR)

    assert not Alert.objects.waiting().exists()
    assert verdict_on(piece) == "decided by a person together with another change"


def test_a_rise_muted_by_mails_that_all_fail_is_warned_of() -> None:
    outbox.subscription()
    compared(level=2)
    judged(level=3)
    judged(level=2, at=make.NOW + DAY)
    judged(level=3, at=make.NOW + 2 * DAY)
    assert Alert.objects.count() == 1

    finished("refused")
    raising.raise_waiting(at=make.NOW + 3 * DAY)

    assert [(one.kind, one.state) for one in Alert.objects.order_by("pk")] == [("rise", "released")] * 2


def test_a_rise_whose_draft_gave_way_to_a_higher_one_is_warned_of_when_that_lapses() -> None:
    compared(level=3)
    (lower,) = judged(level=4)
    (higher,) = judged(level=5, at=make.NOW + HOUR)

    judged(level=4, at=make.NOW + DAY)

    higher.refresh_from_db()
    assert (higher.state, draft().level, draft().signal) == ("lapsed", 4, lower.signal)


def test_a_higher_alert_that_went_out_tells_what_gave_way_to_it() -> None:
    compared(level=4)
    trigger()
    judged(level=4)
    (higher,) = judged(level=5, at=make.NOW + HOUR)
    released(higher, at=make.NOW + HOUR)

    judged(level=5, at=make.NOW + 2 * HOUR)
    raising.raise_waiting(at=make.NOW + 2 * HOUR)

    assert not Alert.objects.waiting().exists()
    assert not Postponed.objects.exists()


def test_what_waited_for_an_alert_that_was_taken_back_is_judged_again() -> None:
    outbox.subscription()
    compared(level=4)
    trigger()
    (first,) = judged(level=4)
    second = trigger()
    judged(level=4, at=make.NOW + HOUR)
    released(first)

    withdraw.withdraw(
        alert_id=first.pk, by=make.person(Role.PUBLISHER), wrong="It was wrong.", reason="made up", at=make.NOW + HOUR
    )
    raising.raise_waiting(at=make.NOW + HOUR)

    assert draft().signal.evidence == second


def test_what_waited_too_long_is_no_news() -> None:
    compared(level=4)
    first, second = trigger(), trigger()
    judged(level=4)
    stands(level=4, as_of=make.TODAY + 60 * DAY, at=make.NOW + 50 * DAY)

    retract(first, at=make.NOW + 50 * DAY)

    assert not Alert.objects.waiting().exists()
    assert "long past" in verdict_on(second)


def test_in_another_home_too_no_lower_warning_goes_out_after_a_higher_one() -> None:
    compared(level=3)
    (lower,) = judged(level=4)
    by = make.person(Role.PUBLISHER)
    river = situations.open_situation(name="The river", countries=[lower.country], by=by, at=make.NOW)
    situations.put_country(situation_id=river.pk, country=lower.country, is_home=True, by=by, at=make.NOW + HOUR)

    (higher,) = judged(level=5, at=make.NOW + DAY)

    assert (draft(), higher.situation) == (higher, river)
    with pytest.raises(DeskError, match="found it lapsed"):
        released(lower, at=make.NOW + DAY)


def test_a_warning_that_went_out_in_another_situation_since_is_looked_at_on_release() -> None:
    compared(level=3)
    (lower,) = judged(level=4)
    by = make.person(Role.PUBLISHER)
    river = situations.open_situation(name="The river", countries=[lower.country], by=by, at=make.NOW)
    outbox.alert(level=5, situation=river, decided_by=by, released_at=make.NOW + HOUR)

    with pytest.raises(DeskError, match="which warned of SEVERE already"):
        released(lower, at=make.NOW + 2 * HOUR)


def test_the_page_of_signals_says_for_what_one_waits_and_names_no_draft_to_others(client: Client) -> None:
    compared(level=4)
    trigger()
    (first,) = judged(level=4)
    trigger()
    judged(level=4, at=make.NOW + HOUR)

    public = client.get(reverse("signals")).text
    client.force_login(make.person(Role.PUBLISHER))
    inside = client.get(reverse("signals")).text

    assert f"/alerts/{first.pk}/" not in public
    assert public.count("A person decides whether to warn.") == 2
    assert "it waits for the decision about" in inside
    assert f"alert {first.pk}</a>, which would warn of it." in inside
