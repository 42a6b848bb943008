"""A delivery's alert, person and rule are always there: triggers hold them as strictly as foreign keys."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from alerts.models import Delivery, Endpoint, Subscription
from alerts.subscriptions import matching
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.make import NOW
from tests.waiting import Aside, somebody_waits_for_a_lock, until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
together = pytest.mark.django_db(transaction=True)
NOBODY = 10**9


def run(sql: str, *values: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def code_of(error: pytest.ExceptionInfo[IntegrityError]) -> str | None:
    code: str | None = getattr(error.value.__cause__, "pgcode", None)
    return code


def orphans() -> int:
    """Deliveries that name what is not there."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM alerts_delivery AS row
            LEFT JOIN alerts_alert AS alert ON alert.id = row.alert_id
            LEFT JOIN people_user AS person ON person.id = row.person_id
            LEFT JOIN alerts_subscription AS rule ON rule.id = row.subscription_id
            WHERE alert.id IS NULL OR person.id IS NULL OR rule.id IS NULL AND row.subscription_id IS NOT NULL
        """)
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"alert_id": NOBODY}, f"there is no alerts_alert {NOBODY}"),
        ({"person_id": NOBODY, "subscription_id": None}, f"there is no people_user {NOBODY}"),
        ({"person_id": NOBODY}, rf"there is no alerts_subscription \d+ of people_user {NOBODY}"),
        ({"subscription_id": NOBODY}, rf"there is no alerts_subscription {NOBODY} of people_user \d+"),
    ],
)
def test_a_delivery_names_nothing_that_is_not_there(named: dict[str, Any], said: str) -> None:
    good = outbox.delivery()
    given = {
        "alert_id": outbox.alert().pk,
        "person_id": good.person_id,
        "subscription_id": good.subscription_id,
    } | named
    rows = [Delivery(**row, made_at=NOW, next_try_at=NOW) for row in (given | {"round": 1}, given)]

    with pytest.raises(IntegrityError, match=said) as error, transaction.atomic():
        Delivery.objects.bulk_create(rows)
    assert code_of(error) == "23503"
    assert list(Delivery.objects.all()) == [good]


def test_a_deliverys_rule_is_its_own_persons() -> None:
    with pytest.raises(IntegrityError, match=r"no alerts_subscription \d+ of people_user"), transaction.atomic():
        outbox.delivery(person=make.person())


def test_many_deliveries_with_and_without_a_rule_are_taken_in_one_statement() -> None:
    alert, rules = outbox.alert(), [outbox.subscription() for _ in range(3)]
    rows = [
        Delivery(alert=alert, person=rule.person, subscription=rule, made_at=NOW, next_try_at=NOW) for rule in rules
    ]
    rows += [Delivery(alert=alert, person=make.person(), made_at=NOW, next_try_at=NOW) for _ in range(3)]

    assert len(Delivery.objects.bulk_create(rows)) == 6


@pytest.mark.parametrize(("table", "row"), [("people_user", "person_id"), ("alerts_subscription", "subscription_id")])
def test_what_has_a_delivery_cannot_be_deleted(table: str, row: str) -> None:
    delivery, without_rule = outbox.delivery(), outbox.delivery(subscription=None)
    number = getattr(delivery if row == "subscription_id" else without_rule, row)

    with pytest.raises(IntegrityError, match=f"{table} {number} has deliveries") as error:
        run(f"DELETE FROM {table} WHERE id = %s", number)
    assert code_of(error) == "23503"


@pytest.mark.parametrize("what", ["alert", "person", "subscription"])
def test_django_says_what_is_protected_before_the_database_does(what: str) -> None:
    with pytest.raises(ProtectedError):
        getattr(outbox.delivery(), what).delete()


def test_an_alert_is_never_deleted() -> None:
    with pytest.raises(IntegrityError, match="alerts_alert rows are never deleted"):
        run("DELETE FROM alerts_alert WHERE id = %s", outbox.delivery().alert_id)


def test_who_has_no_delivery_can_go() -> None:
    outbox.delivery()
    rule, person = outbox.subscription(), make.person()
    run("DELETE FROM alerts_subscription WHERE id = %s", rule.pk)
    run("DELETE FROM people_user WHERE id IN (%s, %s)", person.pk, rule.person_id)

    assert not User.objects.filter(pk__in=[person.pk, rule.person_id]).exists()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("alerts_alert", "id = id + 1000000"),
        ("people_user", "id = id + 1000000"),
        ("alerts_subscription", "id = id + 1000000"),
        ("alerts_subscription", "person_id = (SELECT max(id) FROM people_user)"),
    ],
)
def test_what_a_delivery_names_keeps_its_number_and_a_rule_its_person(table: str, change: str) -> None:
    outbox.delivery()
    make.person()

    with pytest.raises(IntegrityError, match=f"{table} rows are never rewritten"):
        run(f"UPDATE {table} SET {change}")


@pytest.mark.parametrize(
    "tables", ["alerts_alert CASCADE", "alerts_subscription, alerts_confirmation, alerts_subscription_countries"]
)
def test_no_table_is_emptied_under_deliveries(tables: str) -> None:
    outbox.delivery()
    run("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=r"alerts_(alert|subscription) \d+ has deliveries"):
        run(f"TRUNCATE {tables}")


@together
def test_all_tables_are_emptied_at_once() -> None:
    outbox.delivery()
    run("TRUNCATE alerts_delivery, alerts_alert, people_user, alerts_subscription CASCADE")

    assert not Delivery.objects.exists()


DEED = Callable[[], None]


def begun(first: DEED, then: DEED, *, takes_back: bool = False) -> IntegrityError | None:
    """What `then` raised: it starts while `first` is done and not committed, waits, and goes on when that ended."""
    with transaction.atomic():
        first()
        aside = Aside(then)
        until(somebody_waits_for_a_lock, what="the other to wait")
        assert aside.is_running
        transaction.set_rollback(takes_back)
    try:
        aside.join()
    except IntegrityError as error:
        return error
    return None


def pair(what: str) -> tuple[DEED, DEED]:
    """Writes a delivery; deletes what it names."""
    alert, rule = outbox.alert(), outbox.subscription()
    if what == "rule":
        return lambda: _write(alert.pk, rule.person_id, rule.pk), lambda: run(
            "DELETE FROM alerts_subscription WHERE id = %s", rule.pk
        )
    person = make.person()
    return lambda: _write(alert.pk, person.pk, None), lambda: run("DELETE FROM people_user WHERE id = %s", person.pk)


def _write(alert: int, person: int, rule: int | None) -> None:
    Delivery.objects.create(alert_id=alert, person_id=person, subscription_id=rule, made_at=NOW, next_try_at=NOW)


@together
@pytest.mark.parametrize("what", ["person", "rule"])
@pytest.mark.parametrize("takes_back", [False, True])
def test_who_is_just_being_written_to_cannot_be_deleted(what: str, *, takes_back: bool) -> None:
    write, delete = pair(what)
    refused = begun(write, delete, takes_back=takes_back)

    assert ("has deliveries" in str(refused)) is not takes_back
    assert (Delivery.objects.count(), orphans()) == (0 if takes_back else 1, 0)


@together
@pytest.mark.parametrize("what", ["person", "rule"])
@pytest.mark.parametrize("takes_back", [False, True])
def test_nothing_is_written_to_who_is_just_being_deleted(what: str, *, takes_back: bool) -> None:
    write, delete = pair(what)
    refused = begun(delete, write, takes_back=takes_back)

    assert ("there is no" in str(refused)) is not takes_back
    assert (Delivery.objects.count(), orphans()) == (1 if takes_back else 0, 0)


@together
def test_who_is_just_being_changed_is_written_to() -> None:
    write, _ = pair("person")

    def change() -> None:
        person = User.objects.select_for_update().latest("pk")
        User.objects.filter(pk=person.pk).update(name="Another name")

    assert begun(change, write) is None
    assert Delivery.objects.count() == 1


@together
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_transaction_that_looks_at_yesterday_deletes_nobody(isolation: str) -> None:
    write, delete = pair("person")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        assert not Delivery.objects.exists()
        Aside(write).join()
        with pytest.raises(IntegrityError, match="READ COMMITTED only"):
            delete()

    assert orphans() == 0


def test_the_plans_of_the_trigger_do_not_hang_on_what_matching_sets() -> None:
    """They are kept for a session: made while nested loops are off, they would read whole tables for one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'refuse_delivery_of_nothing'")

        assert "enable_nestloop=on" in cursor.fetchone()[0]


@pytest.mark.parametrize("frequency", ["at_once", "daily"])
def test_what_is_in_the_outbox_already_is_not_matched_again(frequency: str) -> None:
    person, alert = make.person(Role.FOCAL_POINT), outbox.alert()
    mail = outbox.subscription(person, frequency=frequency)
    url = "https://machine.test.example/"
    endpoint = Endpoint.objects.create(owner=person, name="M", url=url, created_at=NOW)
    machine = outbox.subscription(person, channel=Subscription.Channel.WEBHOOK, endpoint=endpoint)
    outbox.delivery(alert, to=mail, purpose=Delivery.Purpose.ALERT)
    outbox.delivery(alert, to=mail, purpose=Delivery.Purpose.REMINDER, round=1)

    assert matching.match_waiting(at=NOW) == 1
    assert Delivery.objects.latest("pk").subscription == machine
    assert matching.match_waiting(at=NOW) == 0
