"""A person puts a mail back that was refused or given up: with a name, and under the same Message-ID."""

import datetime as dt
from typing import Any

import pytest

from alerts.mailserver import recording
from alerts.models import Alert, Delivery
from alerts.outbox import delivery, putting_back
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.test_taking_back import corrected, out, told, withdrawn
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State
FINISHED: dict[str, Any] = {"finished_at": NOW, "next_try_at": None}


@pytest.mark.parametrize("state", [State.REFUSED, State.GIVEN_UP])
def test_a_publisher_puts_a_mail_back_with_all_its_tries(state: str) -> None:
    mail: dict[str, Any] = {
        "message": b"synthetic",
        "message_id": "<one@test.example>",
        "reply_code": 550,
        "reply_text": "unknown",
    }
    row = outbox.delivery(state=state, attempts=8, **FINISHED, **mail)
    publisher, at = make.person(Role.PUBLISHER), NOW + dt.timedelta(days=5)

    back = delivery.retry(delivery_id=row.pk, by=publisher, at=at)

    row.refresh_from_db()
    assert back == row
    assert (row.state, row.attempts, row.next_try_at, row.finished_at) == (State.WAITING, 0, at, None)
    assert (bytes(row.message or b""), row.message_id) == (b"synthetic", "<one@test.example>")
    assert list(row.tries.values_list("outcome", "by", "at")) == [("retry", publisher.pk, at)]
    assert row in delivery.waiting(at=at)


def test_two_days_count_from_the_first_try_since_it_was_put_back() -> None:
    row = outbox.delivery()
    recording.put_off(row, recording.Outcome.NO_ANSWER, "no answer", at=NOW)
    recording.give_up(row, "no answer", at=NOW)
    back = NOW + dt.timedelta(days=5)
    row = delivery.retry(delivery_id=row.pk, by=make.person(Role.ADMIN), at=back)

    for hours, state in ((72, State.DEFERRED), (72 + 47, State.DEFERRED), (72 + 48, State.GIVEN_UP)):
        recording.put_off(row, recording.Outcome.NO_ANSWER, "no answer", at=back + dt.timedelta(hours=hours))
        assert row.state == state


def test_a_warning_whose_time_is_over_is_not_put_back() -> None:
    row = outbox.delivery(outbox.alert(valid_until=NOW.date()), state=State.REFUSED, **FINISHED)
    by = make.person(Role.PUBLISHER)

    with pytest.raises(delivery.DeliveryError, match=f"{row.pk}: its alert was valid until 2024-07-01; wanted one"):
        delivery.retry(delivery_id=row.pk, by=by, at=NOW + dt.timedelta(days=1))

    assert not row.tries.exists()
    assert delivery.retry(delivery_id=row.pk, by=by, at=NOW).state == State.WAITING


@pytest.mark.parametrize("role", [Role.READER, Role.FOCAL_POINT, Role.CODER, Role.REVIEWER])
def test_who_may_not_watch_the_outbox_may_not_put_back(role: Role) -> None:
    row = outbox.delivery(state=State.REFUSED, **FINISHED)

    with pytest.raises(delivery.DeliveryError, match="may not see the outbox"):
        delivery.retry(delivery_id=row.pk, by=make.person(role), at=NOW)

    assert not row.tries.exists()


@pytest.mark.parametrize("state", [State.WAITING, State.DEFERRED, State.SENT, State.CANCELLED])
def test_what_is_open_sent_or_cancelled_is_not_put_back(state: str) -> None:
    is_open = state in {State.WAITING, State.DEFERRED}
    sent: dict[str, Any] = {"reply_code": 250, "message_id": "<one@test.example>"}
    row = outbox.delivery(state=state, **({} if is_open else FINISHED), **sent)

    with pytest.raises(delivery.DeliveryError, match=f"{row.pk} is {state}; wanted refused, given_up or bounced"):
        delivery.retry(delivery_id=row.pk, by=make.person(Role.PUBLISHER), at=NOW)


def test_a_delivery_that_is_none_is_refused() -> None:
    with pytest.raises(delivery.DeliveryError, match="there is none"):
        delivery.retry(delivery_id=0, by=make.person(Role.PUBLISHER), at=NOW)


def put_back(row: Delivery) -> tuple[bool, int]:
    """Whether it can be put back by itself, and how many are with all others."""
    by, at = make.person(Role.ADMIN), NOW + dt.timedelta(days=2)
    try:
        delivery.retry(delivery_id=row.pk, by=by, at=at)
    except delivery.DeliveryError:
        return False, putting_back.put_back_all(deliveries=Delivery.objects.all(), by=by, at=at)
    Delivery.objects.filter(pk=row.pk).update(state=State.REFUSED, **FINISHED)
    return True, putting_back.put_back_all(deliveries=Delivery.objects.all(), by=by, at=at)


@pytest.mark.parametrize("then", [withdrawn, corrected])
def test_what_was_corrected_or_taken_back_is_put_back_neither_alone_nor_with_others(then: Any) -> None:
    alert = out()
    row = outbox.delivery(alert, state=State.REFUSED, **FINISHED)
    assert put_back(row) == (True, 1)

    Delivery.objects.filter(pk=row.pk).update(state=State.REFUSED, **FINISHED)
    then(alert)

    assert put_back(row) == (False, 0)


@pytest.mark.parametrize("then", [withdrawn, corrected])
def test_a_correction_after_which_another_came_is_not_put_back(then: Any) -> None:
    alert = out()
    outbox.delivery(alert, state=State.REFUSED, **FINISHED)
    first = corrected(alert)
    told(first)
    Delivery.objects.filter(alert=first).update(state=State.REFUSED, **FINISHED)
    row = first.deliveries.get()
    assert put_back(row) == (True, 1)

    Delivery.objects.filter(pk=row.pk).update(state=State.REFUSED, **FINISHED)
    then(alert)

    assert put_back(row) == (False, 0)


def test_what_practice_corrects_is_put_back() -> None:
    alert = out()
    row = outbox.delivery(alert, state=State.REFUSED, **FINISHED)
    outbox.alert(kind=Alert.Kind.CORRECTION, corrects=alert, is_dry_run=True)

    assert put_back(row) == (True, 1)
