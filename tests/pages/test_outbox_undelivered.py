"""What of the gravest alerts has not arrived, hosts that wait, more filters, and many mails put back at once."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from alerts.answers import duties
from alerts.models import Alert, Delivery, Duty, Endpoint, Office
from alerts.outbox import putting_back
from alerts.outbox.delivery import DeliveryError
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State
ENDED: dict[str, Any] = {"next_try_at": None, "finished_at": NOW}
REFUSED: dict[str, Any] = {"state": State.REFUSED, "reply_code": 550, **ENDED}
SENT: dict[str, Any] = {"state": State.SENT, "reply_code": 250, "message_id": "<one@test.example>", **ENDED}


@pytest.fixture
def publisher(client: Client) -> User:
    person = make.person(Role.PUBLISHER)
    client.force_login(person)
    return person


def grave(publisher: User, **fields: Any) -> Alert:
    said: dict[str, Any] = {"level": 5, "decided_by": publisher, "matched_at": NOW} | fields
    return outbox.alert(**said)


def missed(client: Client) -> str:
    """What the page says of grave alerts that have not arrived; empty where it says nothing."""
    page = client.get("/outbox/").text.partition('class="missed"')[2]
    return " ".join(page.partition("</section>")[0].split())


def member(of: Office, order: int = 1) -> User:
    person = make.person(Role.FOCAL_POINT)
    of.members.create(person=person, order=order, since=NOW)
    return person


def office(name: str) -> Office:
    return Office.objects.create(name=name, kind="organisation", created_at=NOW)


def machine(owner: User | None = None) -> Endpoint:
    owner = owner or make.person(Role.FOCAL_POINT)
    return Endpoint.objects.create(owner=owner, name="Ops room", url="https://x.test.example/", created_at=NOW)


def post_to(webhook: Endpoint, of: Alert | None = None, **fields: Any) -> Delivery:
    rule = outbox.subscription(webhook.owner, channel="webhook", endpoint=webhook)
    return outbox.delivery(of, to=rule, channel="webhook", endpoint=webhook, **fields)


# --- what has not arrived ------------------------------------------------------------------------------------
def test_a_grave_alert_that_nobody_has_says_so_and_one_that_some_have_says_how_many(
    client: Client, publisher: User
) -> None:
    outbox.delivery(grave(publisher), **REFUSED)
    some = grave(publisher)
    outbox.delivery(some, **REFUSED)
    outbox.delivery(some, **SENT)

    said = missed(client)

    assert "1 mail refused, nobody has it yet" in said
    assert "1 mail refused, 1 mail sent" in said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "no mail: nobody’s rule asked for it"), ({"matched_at": None}, "no mail: not matched with rules yet"),
        ({"valid_until": dt.date(2024, 9, 1)}, ""), ({"is_dry_run": True}, ""), ({"withdrawn_at": NOW}, ""),
    ],
)  # fmt: skip
def test_a_grave_alert_without_a_mail_stands_there_while_it_holds(
    client: Client, publisher: User, fields: dict[str, Any], said: str
) -> None:
    grave(publisher, **fields)

    assert (said in missed(client)) if said else (missed(client) == "")


def test_a_grave_alert_whose_mails_were_all_cancelled_stands_there(client: Client, publisher: User) -> None:
    outbox.delivery(grave(publisher), state=State.CANCELLED, **ENDED)

    assert "every mail was cancelled" in missed(client)


def test_an_office_of_which_nobody_has_it_is_named(client: Client, publisher: User) -> None:
    alert, without, having = grave(publisher), office("Office without"), office("Office with one")
    for person, fields in ((member(without), REFUSED), (member(having), SENT), (member(having, 2), REFUSED)):
        outbox.delivery(alert, to=outbox.subscription(person), **fields)

    said = missed(client)

    assert "nobody at Office without has it" in said
    assert "Office with one" not in said


def test_an_office_whose_mails_were_cancelled_is_named_though_others_have_it(client: Client, publisher: User) -> None:
    alert, without = grave(publisher), office("Office without")
    outbox.delivery(alert, to=outbox.subscription(member(without)), state=State.CANCELLED, **ENDED)
    outbox.delivery(alert, **SENT)

    assert "1 mail sent, nobody at Office without has it" in missed(client)


def test_a_mail_that_is_on_its_way_is_no_cause_for_alarm(client: Client, publisher: User) -> None:
    outbox.delivery(grave(publisher), to=outbox.subscription(member(office("Any"))), next_try_at=clock.now())

    assert missed(client) == ""


def test_an_office_whose_every_mail_failed_is_named_and_owes_an_answer(client: Client, publisher: User) -> None:
    alert, without = grave(publisher), office("Office without")
    outbox.delivery(alert, to=outbox.subscription(member(without)), **REFUSED)
    outbox.delivery(alert, to=outbox.subscription(member(without, 2)), **(REFUSED | {"state": State.GIVEN_UP}))

    duties.keep_waiting(at=NOW)

    assert Duty.objects.get().closed_at is None
    assert "nobody has it yet, nobody at Office without has it" in missed(client)


# --- what has not been answered ------------------------------------------------------------------------------
def silence(of: Alert, *steps: str, **fields: Any) -> Duty:
    """A duty of which these steps were done, an hour apart."""
    duty = Duty.objects.create(alert=of, office=office("Office of silence"), opened_at=NOW, due_at=NOW, **fields)
    for hours, kind in enumerate(steps):
        duty.steps.create(kind=kind, at=NOW + dt.timedelta(hours=hours))
    return duty


def test_a_grave_alert_that_an_office_leaves_unanswered_leads_to_what_it_owes(client: Client, publisher: User) -> None:
    duty = silence(grave(publisher), "asked", "reminded", "nobody_left")

    page = client.get("/outbox/")

    assert [one.office for one in page.context["silent"]] == ["Office of silence"]
    assert f'href="/duties/{duty.pk}/"' in page.text
    assert 'href="/duties/">All that is owed' in page.text


@pytest.mark.parametrize(
    ("steps", "level", "fields"),
    [
        (["asked", "reminded"], 5, {}), (["asked", "nobody_left", "escalated"], 5, {}), (["nobody_left"], 3, {}),
        (["nobody_left"], 5, {"closed_at": NOW, "closing": "answered"}),
    ],
)  # fmt: skip
def test_what_is_waited_for_or_settled_or_less_grave_is_not_called_silent(
    client: Client, publisher: User, steps: list[str], level: int, fields: dict[str, Any]
) -> None:
    silence(grave(publisher, level=level), *steps, **fields)

    assert client.get("/outbox/").context["silent"] == []


# --- hosts that wait -----------------------------------------------------------------------------------------
def test_a_host_that_waits_for_its_turn_is_told_and_a_longer_wait_is_none(client: Client, publisher: User) -> None:
    soon = clock.now() + dt.timedelta(seconds=40)
    for name, turn in (("one", soon), ("Two", soon), ("late", soon + dt.timedelta(hours=1))):
        rule = outbox.subscription(make.person(email=f"{name}@Busy.example"))
        outbox.delivery(to=rule, next_try_at=turn)

    page = client.get("/outbox/").text

    assert '2 to <span class="nowrap">busy.example</span>' in page
    assert f"from {soon:%H:%M:%S} UTC on" in page


# --- filters -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "found"),
    [("purpose=reminder", 1), ("purpose=alert&since=2024-07-01", 1),
     ("since=2024-07-02", 0), ("until=2024-06-30", 0), ("until=2024-07-01&since=2024-07-01", 2)],
)  # fmt: skip
def test_purpose_and_period_stand_in_the_address(client: Client, publisher: User, query: str, found: int) -> None:
    outbox.delivery()
    outbox.delivery(purpose="reminder")
    post_to(machine())

    assert len(client.get(f"/outbox/?{query}").context["rows"]) == found


@pytest.mark.parametrize("query", ["purpose=x", "since=x", "since=2024-07-02&until=2024-07-01"])
def test_a_filter_that_cannot_be_puts_nothing_back(client: Client, publisher: User, query: str) -> None:
    row = outbox.delivery(**REFUSED)

    assert client.get(f"/outbox/?{query}").status_code == 400
    assert client.post("/outbox/retry-all/", {"query": query}).status_code == 400
    row.refresh_from_db()
    assert row.state == State.REFUSED


# --- many at once --------------------------------------------------------------------------------------------
def test_before_many_are_put_back_the_page_says_what_will_be(client: Client, publisher: User) -> None:
    alert = outbox.alert()
    for fields in (REFUSED, REFUSED, REFUSED | {"state": State.BOUNCED}, SENT):
        outbox.delivery(alert, **fields)
    assert 'href="/outbox/retry-all/?country=MMR">Retry all 3' in client.get("/outbox/?country=MMR").text

    page = client.get("/outbox/retry-all/?country=MMR").text

    assert "3 mails of 1 alert will be tried again" in page
    assert "2: refused by the mail server" in page
    assert "Country: Myanmar" in page
    assert Delivery.objects.filter(state=State.WAITING).count() == 0


def test_all_that_match_are_put_back_once(
    client: Client, publisher: User, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    bells: list[int] = []
    monkeypatch.setattr(pipeline, "ring_warnings", lambda: bells.append(1))
    rows = [outbox.delivery(**REFUSED) for _ in range(3)]
    other = outbox.delivery(outbox.alert(iso3="SDN"), **REFUSED)

    with django_capture_on_commit_callbacks(execute=True):
        first = client.post("/outbox/retry-all/", {"query": "country=MMR"}, follow=True)
        second = client.post("/outbox/retry-all/", {"query": "country=MMR"}, follow=True)

    assert "3 mails put back" in first.text
    assert "Nothing was put back" in second.text
    assert first.redirect_chain == [("/outbox/?country=MMR", 302)]
    assert [list(row.tries.values_list("outcome", "by")) for row in rows] == [[("retry", publisher.pk)]] * 3
    assert (other.tries.count(), bells) == (0, [1])


@pytest.mark.parametrize("fields", [{"valid_until": dt.date(2024, 6, 30)}, {"withdrawn_at": NOW}])
def test_what_is_over_or_was_withdrawn_is_not_put_back(publisher: User, fields: dict[str, Any]) -> None:
    outbox.delivery(outbox.alert(**fields), **REFUSED)
    outbox.delivery(**REFUSED)

    assert putting_back.put_back_all(deliveries=Delivery.objects.all(), by=publisher, at=NOW) == 1


@pytest.mark.parametrize(("state", "put_back"), [("draft", 2), ("released", 1)])
def test_what_was_corrected_is_not_put_back_and_its_correction_is(publisher: User, state: str, put_back: int) -> None:
    alert = outbox.alert()
    row = outbox.delivery(alert, **REFUSED)
    outbox.delivery(outbox.alert(kind="correction", corrects=alert, state=state), **REFUSED)

    assert putting_back.put_back_all(deliveries=Delivery.objects.all(), by=publisher, at=NOW) == put_back
    row.refresh_from_db()
    assert (row.state == State.REFUSED) is (state == "released")


def test_one_click_puts_back_so_many_and_the_next_the_others(publisher: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(putting_back, "MOST", 2)
    for _ in range(3):
        outbox.delivery(**REFUSED)
    found = Delivery.objects.all()

    assert [putting_back.put_back_all(deliveries=found, by=publisher, at=NOW) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("role", [None, *Role])
def test_only_those_who_watch_the_outbox_put_many_back(client: Client, role: Role | None) -> None:
    row = outbox.delivery(**REFUSED)
    if role is not None:
        client.force_login(make.person(role))
    may = role in {Role.PUBLISHER, Role.ADMIN}

    answer = client.post("/outbox/retry-all/", {"query": ""})

    assert answer.status_code == (302 if may or role is None else 403)
    row.refresh_from_db()
    assert (row.state == State.WAITING) is may


def test_the_use_case_refuses_who_may_not() -> None:
    with pytest.raises(DeliveryError, match="may not"):
        putting_back.put_back_all(deliveries=Delivery.objects.all(), by=make.person(Role.CODER), at=NOW)


@pytest.mark.parametrize("count", [3, 30])
def test_putting_many_back_needs_few_queries(
    publisher: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        outbox.delivery(**REFUSED)

    with django_assert_max_num_queries(5):
        putting_back.put_back_all(deliveries=Delivery.objects.all(), by=publisher, at=NOW)


def test_every_try_is_told_with_its_time_and_answer(client: Client, publisher: User) -> None:
    row = outbox.delivery(**REFUSED)
    row.tries.create(at=NOW, outcome="deferred", code=451, text="4.2.0 later")
    row.tries.create(at=NOW + dt.timedelta(minutes=5), outcome="retry", text="put back", by=publisher)

    page = client.get(f"/outbox/{row.pk}/").text

    for said in ("Not now, said the mail server", "12:00:00 UTC", "451", "4.2.0 later", "12:05:00 UTC", publisher.name):
        assert said in page
