"""What went out is withdrawn or corrected, and everybody who got it is told."""

import dataclasses
import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from alerts import messages, policy
from alerts.corrections import recalling
from alerts.desk import correct, withdraw
from alerts.desk.drafts import DeskError, Words
from alerts.desk.sent import latest_about
from alerts.models import Alert, Delivery, DeliveryAttempt, Endpoint
from alerts.outbox import delivery
from alerts.raising import warned
from alerts.subscriptions import matching
from indicators import coding
from indicators.models import Evidence
from indicators.models.score import Level
from people.models import User
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox, rounds
from tests.alerts.mails import both

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)
SENT: dict[str, Any] = {
    "state": "sent", "next_try_at": None, "finished_at": make.NOW, "written_at": make.NOW, "reply_code": 250,
    "message_id": "<x@test.example>",
}  # fmt: skip


def out(**fields: Any) -> Alert:
    """One that went out and was matched."""
    return outbox.alert(**({"matched_at": make.NOW, "valid_until": dt.date(2024, 9, 1)} | fields))


def withdrawn(alert: Alert, *, wrong: str = "The date was wrong", by: User | None = None, **given: Any) -> Alert:
    how: dict[str, Any] = {"reason": "a body wrote to us", "at": make.NOW + DAY} | given
    return withdraw.withdraw(alert_id=alert.pk, by=by or make.person(Role.PUBLISHER), wrong=wrong, **how)


def corrected(alert: Alert, *, wrong: str = "The place was wrong", **to: Any) -> Alert:
    seen = to.pop("seen", latest_about(alert))
    words = dataclasses.replace(Words.of(alert), **({"valid_until": dt.date(2024, 9, 1)} | to))
    return correct.correct(
        alert_id=alert.pk, by=make.person(Role.PUBLISHER), wrong=wrong, words=words, seen=seen,
        reason="a body wrote to us", at=make.NOW + DAY,
    )  # fmt: skip


def told(alert: Alert) -> set[int]:
    """To whom it goes after the stage."""
    matching.match_waiting(at=make.NOW + DAY)
    recalling.recall_waiting(at=make.NOW + DAY)
    return set(Delivery.objects.filter(alert=alert, state="waiting").values_list("person", flat=True))


# --- who is told ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("take_back", [withdrawn, corrected])
def test_it_goes_to_who_got_it_whatever_became_of_their_rule_and_to_nobody_else(take_back: Any) -> None:
    alert = out()
    ended = outbox.subscription(ended_at=make.NOW, ended_how="by hand")
    got = outbox.delivery(alert, to=ended, **SENT)
    outbox.delivery(alert, to=outbox.subscription(make.person(is_active=False)), **SENT)
    outbox.subscription()  # asks for it, and got nothing

    assert told(take_back(alert)) == {got.person_id}
    assert recalling.recall_waiting(at=make.NOW + DAY) == 0


@pytest.mark.parametrize(
    ("state", "outcome", "is_told"),
    [
        ("bounced", "bounced", True), ("given_up", "no_answer", True), ("waiting", "no_answer", True),
        ("given_up", "deferred", False), ("refused", "refused", False), ("waiting", "deferred", False),
    ],
)  # fmt: skip
def test_a_withdrawal_goes_where_the_mail_left_or_nobody_can_say_that_it_did_not(
    state: str, outcome: str, is_told: bool
) -> None:
    alert = out()
    is_open = state == "waiting"
    end: dict[str, Any] = {} if is_open else {"next_try_at": None, "finished_at": make.NOW}
    row = outbox.delivery(alert, state=state, **end)
    DeliveryAttempt.objects.create(delivery=row, at=make.NOW, outcome=outcome)

    assert (told(withdrawn(alert)) == {row.person_id}) is is_told


def test_what_waits_is_cancelled_for_a_withdrawal() -> None:
    row = outbox.delivery(alert := out())

    assert told(withdrawn(alert)) == set()
    row.refresh_from_db()
    assert (row.state, row.tries.get().text) == ("cancelled", "the alert was withdrawn")


def test_a_warning_that_waits_goes_in_the_words_of_its_correction_and_a_post_gives_way_to_it() -> None:
    alert, person = out(), make.person(Role.FOCAL_POINT)
    ends = {"owner": person, "url": "https://hook.test.example/", "created_at": make.NOW}
    mail = outbox.delivery(alert, message=b"the wrong words", written_at=make.NOW)
    post = outbox.delivery(alert, channel="webhook", endpoint=Endpoint.objects.create(name="a", **ends))

    assert told(made := corrected(alert)) == {post.person_id}
    assert (made.deliveries.get().channel, post.tries.get().text) == (
        "webhook", f"alert {made.pk} corrects it and goes in its place",
    )  # fmt: skip
    mail.refresh_from_db()
    assert (mail.state, mail.message) == ("waiting", None)
    assert mail in delivery.waiting(at=make.NOW + DAY)


def test_one_whose_time_is_over_gives_way_to_a_correction_that_lasts_longer() -> None:
    row = outbox.delivery(alert := out(valid_until=make.TODAY))

    assert told(corrected(alert)) == {row.person_id}


@pytest.mark.parametrize("state", ["refused", "given_up"])
def test_a_correction_is_tried_where_the_alert_itself_failed(state: str) -> None:
    alert = out()
    row = outbox.delivery(alert, state=state, next_try_at=None, finished_at=make.NOW)

    assert told(corrected(alert)) == {row.person_id}
    assert told(withdrawn(out())) == set()


def test_each_channel_that_got_it_gets_the_withdrawal() -> None:
    alert, person = out(), make.person(Role.FOCAL_POINT)
    rule = outbox.subscription(person)
    ends = {"owner": person, "url": "https://hook.test.example/", "created_at": make.NOW}
    live, over = (
        Endpoint.objects.create(name="a", **ends),
        Endpoint.objects.create(name="b", ended_at=make.NOW, ended_how="by hand", **ends),
    )
    outbox.delivery(alert, to=rule, **SENT)
    for endpoint in (live, over):
        outbox.delivery(alert, to=rule, channel="webhook", endpoint=endpoint, **SENT)

    made = withdrawn(alert)
    told(made)

    assert set(made.deliveries.values_list("channel", "endpoint")) == {("mail", None), ("webhook", live.pk)}


def test_an_alert_that_was_withdrawn_before_anybody_was_looked_up_goes_to_nobody() -> None:
    outbox.subscription()
    alert = out(matched_at=None)
    made = withdrawn(alert)

    assert told(made) == set()
    assert not Delivery.objects.exists()


def test_who_got_only_a_correction_gets_the_next_one() -> None:
    alert = out()
    row = outbox.delivery(alert, state="refused", next_try_at=None, finished_at=make.NOW)
    first = corrected(alert)
    told(first)
    Delivery.objects.filter(alert=first).update(**SENT)

    assert told(withdrawn(alert)) == {row.person_id}


def test_no_mail_of_a_withdrawn_alert_is_due_and_none_is_put_back() -> None:
    alert = out()
    row = outbox.delivery(alert)
    back = outbox.delivery(alert, **(SENT | {"state": "bounced"}))
    withdrawn(alert)

    assert row not in delivery.waiting(at=make.NOW + 2 * DAY)
    with pytest.raises(delivery.DeliveryError, match="takes it back; wanted one that stands"):
        delivery.retry(delivery_id=back.pk, by=make.person(Role.ADMIN), at=make.NOW + DAY)


@pytest.mark.parametrize("take_back", [withdrawn, corrected])
def test_it_is_open_to_whom_the_alert_is(take_back: Any) -> None:
    assert take_back(out(sensitivity=Sensitivity.CONFIDENTIAL)).sensitivity == Sensitivity.CONFIDENTIAL


# --- what it says --------------------------------------------------------------------------------------------
def test_a_withdrawal_says_which_alert_and_what_was_wrong() -> None:
    made = withdrawn(alert := out(), wrong="The  date\nwas wrong")

    assert (made.kind, made.corrects, made.headline) == ("withdrawal", alert, f"Alert {alert.pk} is withdrawn")
    assert f"alert {alert.pk} of 2024-07-01, which warned of ELEVATED" in made.what_changed
    assert made.what_changed.endswith("What was wrong: The date was wrong.")
    assert made.wrong == "The date was wrong."
    assert messages.subject(made) == f"[WITHDRAWN] Myanmar: {alert.headline}"
    assert made.valid_until == dt.date(2024, 9, 1)


def test_a_correction_says_what_was_wrong_and_what_is_right_on_the_same_reasons() -> None:
    alert = out()
    alert.reasons.create(order=1, text="Synthetic", grade="B2", evidence=make.accepted())

    made = corrected(alert, what_changed="It was elsewhere.", valid_until=dt.date(2024, 8, 1))

    assert made.what_changed.endswith("What was wrong: The place was wrong. Right is: It was elsewhere.")
    assert [row.text for row in made.reasons.all()] == ["Synthetic"]
    assert messages.subject(made).startswith("[ELEVATED, CORRECTION] Myanmar: ")
    alert.refresh_from_db()
    assert (alert.what_changed, alert.decisions.get().action) == ("Synthetic.", "corrected")


def test_a_withdrawn_alert_says_when_and_mutes_nothing_any_more() -> None:
    alert = out()
    withdrawn(alert)

    alert.refresh_from_db()
    assert alert.withdrawn_at == make.NOW + DAY
    said = warned.warned(situation=alert.situation, country_id=alert.country_id, at=make.NOW + DAY)
    assert policy.warned_level(said, kind="rise", at=make.NOW + DAY) == 0
    assert policy.superseded(said, level=5, day=make.TODAY) is None


def test_a_withdrawal_is_undone_by_a_correction() -> None:
    alert = out()
    row = outbox.delivery(alert, **SENT)
    told(withdrawn(alert))

    made = corrected(alert, wrong="We should not have withdrawn it")

    assert told(made) == {row.person_id}
    assert Alert.objects.get(pk=alert.pk).withdrawn_at is not None


def test_what_stands_again_is_withdrawn_once_more_by_its_alert() -> None:
    alert = out()
    row = outbox.delivery(alert, **SENT)
    told(withdrawn(alert))
    again = corrected(alert)
    told(again)
    corrected(alert)

    made = withdrawn(alert, wrong="It was wrong after all")

    again.refresh_from_db()
    assert (made.corrects, again.withdrawn_at) == (alert, make.NOW + DAY)
    assert f"alert {again.pk} of 2024-07-02" in made.what_changed
    assert told(made) == {row.person_id}
    with pytest.raises(DeskError, match="found it withdrawn on 2024-07-02"):
        withdrawn(alert)


@pytest.mark.parametrize("is_over", [False, True])
def test_who_waited_for_what_was_withdrawn_is_told_where_it_stands_again(is_over: bool) -> None:
    rule = outbox.subscription()
    row = outbox.delivery(alert := out(), to=rule)
    told(withdrawn(alert))
    if is_over:
        type(rule).objects.update(ended_at=make.NOW, ended_how="by hand")

    assert told(again := corrected(alert)) == (set() if is_over else {row.person_id})
    assert told(corrected(alert)) == set()
    assert again.deliveries.count() == (0 if is_over else 1)  # in the words of the later one


def test_what_was_wrong_is_said_whole_whatever_stands_in_it() -> None:
    made = withdrawn(out(), wrong='A form said "What was wrong: nothing" for all of it')

    assert "A form said" in both(outbox.delivery(made))[0]


def test_withdrawals_of_before_the_column_have_it_from_their_words() -> None:
    words = ("Withdrawn: alert 1. What was wrong: It was\nelsewhere.", "All of it was wrong.")
    rows = [outbox.alert(kind="withdrawal", corrects=out(), what_changed=said) for said in words]
    other = outbox.alert(what_changed=words[0])

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the rows just made still wait for theirs
        cursor.execute(import_module("alerts.migrations.0017_what_was_wrong").FILLED)

    found = [Alert.objects.get(pk=row.pk).wrong for row in (*rows, other)]
    assert found == ["It was\nelsewhere.", "All of it was wrong.", ""]


# --- what is refused -----------------------------------------------------------------------------------------
def test_a_second_withdrawal_is_refused_and_a_second_correction_of_what_nobody_read() -> None:
    alert = out()
    corrected(alert, seen=0)
    with pytest.raises(DeskError, match="made since you opened this"):
        corrected(alert, seen=0)
    withdrawn(alert)
    with pytest.raises(DeskError, match="found it withdrawn on 2024-07-02"):
        withdrawn(alert)


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"is_dry_run": True}])
def test_what_never_went_out_cannot_be_taken_back(fields: dict[str, Any]) -> None:
    row = outbox.alert(**fields)

    for take_back in (withdrawn, corrected):
        with pytest.raises(DeskError, match="wanted one that went out"):
            take_back(row)


def test_a_correction_is_not_corrected_but_its_alert() -> None:
    alert = out()
    made = corrected(alert)

    with pytest.raises(DeskError, match=f"found a correction of an alert; wanted the alert itself, {alert.pk}"):
        withdrawn(made)


def test_where_every_release_is_practice_nothing_is_taken_back(settings: Settings) -> None:
    settings.ALERTS_DRY_RUN = True

    with pytest.raises(DeskError, match="practises"):
        withdrawn(out())


@pytest.mark.parametrize("wrong", ["", "x" * 601, "the witness hides in the old mill", "write to a@test.example"])
def test_what_was_wrong_is_said_in_public_words(wrong: str) -> None:
    make.confidential(note="The witness hides in the old mill")
    alert = out()

    for take_back in (withdrawn, corrected):
        with pytest.raises(DeskError, match="found"):
            take_back(alert, wrong=wrong)
    assert not Alert.objects.exclude(corrects=None).exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PUBLISHER, Role.ADMIN}])
def test_only_those_who_release_take_back(role: Role) -> None:
    with pytest.raises(DeskError, match="may not release"):
        withdrawn(out(), by=make.person(role))


def test_what_a_person_took_back_no_rule_says_again() -> None:
    alert, publisher = rounds.alert(indicators=rounds.GRAVE[:9]), make.person(Role.PUBLISHER)
    withdraw.withdraw(alert_id=alert.pk, by=publisher, reason="made up", wrong="The date was wrong", at=make.NOW)
    for row in Evidence.objects.filter(status="accepted"):
        coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=make.NOW)
    rounds.warn()
    rounds.grave_situation(indicators=rounds.GRAVE[:9])
    rounds.warn()

    again = Alert.objects.filter(kind="rise").exclude(pk=alert.pk).get()
    assert (again.level, again.state, again.released_at) == (Level.ELEVATED, "draft", None)
