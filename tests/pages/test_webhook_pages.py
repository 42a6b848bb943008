"""The pages of webhooks: one's own, everything of them by forms, and the secret for its owner alone."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.channels import endpoints
from alerts.channels.signing import secret_of
from alerts.models import Delivery, Endpoint, Subscription
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.make import NOW
from tests.reports.serving import serving

pytestmark = pytest.mark.usefixtures("reference")


def machine(owner: User | None = None, **fields: Any) -> Endpoint:
    made = endpoints.add(owner=owner or make.person(), name="Room", url="https://hooks.test.example/in", at=NOW)
    Endpoint.objects.filter(pk=made.pk).update(**fields)
    return made


def page(of: Endpoint) -> str:
    return f"/webhooks/{of.pk}/"


def posted(of: Endpoint, **fields: Any) -> Delivery:
    rule = outbox.subscription(of.owner, channel="webhook", endpoint=of)
    given: dict[str, Any] = {
        "channel": "webhook",
        "endpoint": of,
        "state": "given_up",
        "next_try_at": None,
        "finished_at": NOW,
    }
    return outbox.delivery(to=rule, **(given | fields))


def test_a_person_adds_a_webhook_once(client: Client) -> None:
    client.force_login(person := make.person())
    typed = {"name": "Room", "url": "https://hooks.test.example/in"}
    first, second = client.post("/webhooks/", typed), client.post("/webhooks/", typed)

    made = Endpoint.objects.get(owner=person)
    assert (first.status_code, first.headers["Location"]) == (302, page(made))
    assert second.status_code == 400
    assert "Found this address among yours already" in second.text


def test_what_is_wrong_with_an_address_is_said(client: Client) -> None:
    client.force_login(make.person())
    answer = client.post("/webhooks/", {"name": "Room", "url": "http://hooks.test.example/"})

    assert answer.status_code == 400
    assert "wanted one such as https://example.org/alerts" in answer.text


@pytest.mark.parametrize("role", [Role.READER, Role.REVIEWER])
def test_another_persons_webhook_is_as_good_as_none(client: Client, role: Role) -> None:
    row = machine()
    client.force_login(make.person(role))

    assert client.get(page(row)).status_code == 404
    for action in ("ask", "test", "secret", "rotate", "end", "replay", "end_rule"):
        assert client.post(page(row), {"action": action}).status_code == 404
    assert "Room" not in client.get("/webhooks/").text


def test_staff_see_and_end_it_but_never_its_secret(client: Client) -> None:
    row = machine()
    client.force_login(make.person(Role.PUBLISHER))

    for action in ("secret", "rotate", "test"):
        answer = client.post(page(row), {"action": action})
        assert (answer.status_code, "whsec_" in answer.text) == (409, False)
    assert client.post(page(row), {"action": "end"}).status_code == 302
    row.refresh_from_db()
    assert row.ended_how == "ended by staff"


def test_the_secret_is_shown_on_request_and_changed_once_a_day(client: Client) -> None:
    row = machine()
    client.force_login(row.owner)
    assert "whsec_" not in client.get(page(row)).text
    shown = client.post(page(row), {"action": "secret"})
    assert secret_of(row) in shown.text
    assert "no-store" in shown.headers["Cache-Control"]

    rotated = client.post(page(row), {"action": "rotate"})
    again = client.post(page(row), {"action": "rotate"})
    row.refresh_from_db()
    assert secret_of(row) in rotated.text
    assert (row.secret_version, again.status_code) == (2, 409)


def test_a_rule_is_added_and_ended(client: Client) -> None:
    row = machine()
    client.force_login(row.owner)
    client.post(page(row), {"action": "ask", "place": "SDN", "least_level": "4"})
    rule = Subscription.objects.get(endpoint=row)
    assert (rule.channel, rule.least_level, [one.iso3 for one in rule.countries.all()]) == ("webhook", 4, ["SDN"])

    assert client.post(page(row), {"action": "ask", "place": "nowhere", "least_level": "4"}).status_code == 400
    client.post(page(row), {"action": "end_rule", "rule": rule.pk})
    rule.refresh_from_db()
    assert rule.ended_at is not None


@pytest.mark.parametrize("number", ["", "x", "0", "9" * 40])
def test_a_number_that_is_none_changes_nothing(client: Client, number: str) -> None:
    row = machine()
    client.force_login(row.owner)

    assert client.post(page(row), {"action": "replay", "post": number}).status_code == 400
    assert client.post(page(row), {"action": "end_rule", "rule": number}).status_code == 400


def test_posts_are_listed_filtered_and_posted_again(client: Client) -> None:
    row = machine()
    failed = posted(row, reply_text="status 503: <b>down</b>", reply_code=503)
    client.force_login(row.owner)

    listed = client.get(f"{page(row)}?state=given_up").text
    assert "status 503: &lt;b&gt;down&lt;/b&gt;" in listed
    assert "No post is in this state" in client.get(f"{page(row)}?state=sent").text
    assert client.post(page(row), {"action": "replay", "post": failed.pk}).status_code == 302
    assert client.post(page(row), {"action": "replay", "post": failed.pk}).status_code == 409
    failed.refresh_from_db()
    assert failed.state == "waiting"


def test_posts_are_not_in_the_outbox_of_mails(client: Client) -> None:
    failed = posted(machine())
    client.force_login(make.person(Role.ADMIN))

    assert f"/outbox/{failed.pk}/" not in client.get("/outbox/").text
    assert client.get(f"/outbox/{failed.pk}/").status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    row = machine()
    client.force_login(row.owner)
    for _ in range(count):
        posted(row)
    Subscription.objects.filter(endpoint=row).exclude(pk=Subscription.objects.latest("pk").pk).update(
        ended_at=NOW, ended_how="x"
    )
    with django_assert_num_queries(QUERIES):
        client.get(page(row))


QUERIES = 8


@pytest.mark.django_db(transaction=True)
def test_a_test_is_posted_at_once_and_its_answer_shown(client: Client, settings: Settings) -> None:
    settings.WEBHOOK_LOOPBACK = True
    with serving(lambda handler: handler.send(b"thank you")) as server:
        row = endpoints.add(owner=make.person(), name="Room", url=server.url("/in"), at=NOW)
        client.force_login(row.owner)
        answer = client.post(page(row), {"action": "test"}, follow=True)

    assert "The test was taken: status 200: thank you." in answer.text
    assert b'"type": "test"' in server.asked[0].body
