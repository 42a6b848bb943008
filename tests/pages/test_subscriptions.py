"""The pages of rules: the list, one rule, the signed link, and one-click unsubscribing."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts import links
from alerts.models import MailSettings, Subscription
from alerts.subscriptions import subscribing
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
STAFF = frozenset({Role.PUBLISHER, Role.ADMIN})
SUDAN = {"countries": ["SDN"], "least_level": "3"}


def by_link(person: User) -> str:
    return f"/subscriptions/by-link/{links.manage_token(person)}/"


def stop(person: User) -> str:
    return f"/unsubscribe/{links.unsubscribe_token(person)}/"


def in_force(person: User) -> list[str]:
    rules = Subscription.objects.filter(person=person, ended_at=None).order_by("pk")
    return [subscribing.describe(rule) for rule in rules]


# --- for those who sign in -----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [None, *Role])
def test_who_sees_and_touches_whose_rules(client: Client, role: Role | None) -> None:
    other = outbox.subscription(make.person(name="Somebody Else"))
    me = make.person(role) if role else None
    if me is not None:
        client.force_login(me)
    wanted = 302 if role is None else 200 if role in STAFF else 404

    assert client.get("/subscriptions/").status_code == client.get("/subscriptions/new/").status_code == (
        302 if role is None else 200
    )  # fmt: skip
    assert client.get(f"/subscriptions/{other.pk}/").status_code == wanted
    assert ("Somebody Else" in client.get("/subscriptions/").text) == (role in STAFF)
    assert (other.person.email in client.get("/subscriptions/new/").text) == (role in STAFF)
    ended = client.post(f"/subscriptions/{other.pk}/end/")
    other.refresh_from_db()
    assert (other.ended_at is not None) == (role in STAFF)
    assert ended.status_code == (302 if wanted == 200 else wanted)


@pytest.mark.parametrize("address", ["/subscriptions/1/end/", "/subscriptions/"])
def test_looking_ends_nothing(client: Client, address: str) -> None:
    client.force_login(make.person(Role.ADMIN))

    assert client.get("/subscriptions/1/end/").status_code == 405
    assert client.delete(address).status_code == 405


def test_a_reader_subscribes_changes_ends_and_resumes(client: Client) -> None:
    me = make.person(Role.READER)
    client.force_login(me)

    page = client.post("/subscriptions/new/", {**SUDAN, "regions": ["142"]}, follow=True)
    assert "Alerts about Sudan and Asia from ELEVATED on" in page.text
    rule = Subscription.objects.get()
    assert (rule.person, rule.created_by) == (me, me)

    client.post(f"/subscriptions/{rule.pk}/", {"is_everywhere": "on", "least_level": "5"})
    assert in_force(me) == ["alerts about every country from SEVERE on"]

    client.post(f"/subscriptions/{rule.pk}/end/")
    assert in_force(me) == []
    assert "Resume" in client.get("/subscriptions/?state=ended").text
    client.post(f"/subscriptions/{rule.pk}/", {"action": "resume"})
    assert in_force(me) == ["alerts about every country from SEVERE on"]


def test_a_reader_cannot_subscribe_somebody_else(client: Client) -> None:
    me, other = make.person(Role.READER), make.person()
    client.force_login(me)

    client.post("/subscriptions/new/", {**SUDAN, "person": other.pk})

    assert (in_force(other), len(in_force(me))) == ([], 1)


def test_staff_subscribe_a_person_and_it_is_known_that_they_did(client: Client) -> None:
    me, other = make.person(Role.PUBLISHER), make.person(Role.FOCAL_POINT)
    client.force_login(me)

    client.post("/subscriptions/new/", {**SUDAN, "person": other.pk})

    rule = Subscription.objects.get()
    assert (rule.person, rule.created_by) == (other, me)
    client.post(f"/subscriptions/{rule.pk}/end/")
    rule.refresh_from_db()
    assert rule.ended_how == "ended by staff"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"least_level": "3"}, "Found no country and no region; wanted at least one, or every country."),
        ({"countries": ["XXX"], "least_level": "3"}, "Found a value that is not in the list"),
        ({"countries": ["SDN"], "least_level": "1"}, "Found “1”, which is not in the list"),
        ({"countries": ["SDN"]}, "Found nothing chosen; choose one."),
        ({"regions": ["x"], "least_level": "3"}, "Found a value that is not in the list"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(client: Client, fields: dict[str, Any], said: str) -> None:
    me = make.person()
    client.force_login(me)

    for address in ("/subscriptions/new/", by_link(me)):
        page = client.post(address, fields)
        assert (page.status_code, said in page.text) == (400, True)
    assert not Subscription.objects.exists()


def test_a_change_into_a_rule_that_is_there_is_refused_with_a_sentence(client: Client) -> None:
    me = make.person()
    client.force_login(me)
    outbox.subscription(me)
    rule = outbox.subscription(me, least_level=5)

    for address, named in ((f"/subscriptions/{rule.pk}/", {}), (by_link(me), {"rule": rule.pk})):
        page = client.post(address, {"is_everywhere": "on", "least_level": "3", **named})
        assert page.status_code == 400
        assert "Found the same rule already" in page.text


def test_a_rule_of_somebody_switched_off_is_not_taken_up_again(client: Client) -> None:
    client.force_login(make.person(Role.ADMIN))
    rule = outbox.subscription()
    subscribing.end_all(person=rule.person, at=make.NOW)
    User.objects.filter(pk=rule.person_id).update(is_active=False)

    page = client.post(f"/subscriptions/{rule.pk}/", {"action": "resume"}, follow=True)

    assert f"Person {rule.person_id} is switched off" in page.text
    assert in_force(rule.person) == []


def test_the_list_is_filtered_by_person_and_state(client: Client) -> None:
    client.force_login(make.person(Role.ADMIN))
    one, other = outbox.subscription(make.person(name="Ana")), outbox.subscription(make.person(name="Berta"))
    subscribing.end(subscription_id=other.pk, how="done", by=None, at=make.NOW)

    def shown(query: str) -> list[int]:
        return [rule.pk for rule in client.get(f"/subscriptions/{query}").context["page"]]

    assert shown("") == [one.pk]
    assert shown("?state=ended") == [other.pk]
    assert shown("?state=all") == [one.pk, other.pk]
    assert shown(f"?state=all&person={other.person_id}") == [other.pk]
    assert client.get("/subscriptions/?person=x").status_code == 400


def test_a_country_proposed_by_a_link_is_ticked(client: Client) -> None:
    client.force_login(make.person())

    page = client.get("/subscriptions/new/?country=SDN").text

    assert 'value="SDN" checked' in page
    assert page.count(" checked>") == 3  # and the first level, and at once


@pytest.mark.parametrize("rows", [3, 30])
def test_queries_do_not_grow_with_rows(
    client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    me = make.person(Role.ADMIN)
    client.force_login(me)
    for _ in range(rows):
        rule = outbox.subscription(is_everywhere=False, regions=[2, 15])
        rule.countries.set([make.country("SDN"), make.country("TCD")])
        Subscription.objects.create(person=me, created_at=make.NOW, confirmed_at=make.NOW, is_everywhere=True)

    # of which the session and its person take two, and the header three for what waits
    for address, most in (("/subscriptions/", 11), (by_link(me), 12), (f"/subscriptions/{rule.pk}/", 13)):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


def test_a_pause_is_said_above_the_rules_that_it_holds_back(client: Client) -> None:
    me, until = make.person(), clock.now() + dt.timedelta(days=20)
    rule = outbox.subscription(me)
    kept = MailSettings.objects.create(person=me, paused_until=until, changed_at=make.NOW)
    client.force_login(me)

    for address in ("/subscriptions/", f"/subscriptions/{rule.pk}/", by_link(me)):
        page = client.get(address).text
        assert f'Your mails are paused until <time datetime="{until:%Y-%m-%dT%H:%M}' in page
        assert ">resume</a>" in page
    client.force_login(make.person(Role.PUBLISHER))
    assert "paused until" not in client.get("/subscriptions/").text
    assert "Mails to this person are paused until" in client.get(f"/subscriptions/{rule.pk}/").text
    MailSettings.objects.filter(pk=kept.pk).update(paused_until=clock.now() - dt.timedelta(days=1))
    assert "paused until" not in client.get(f"/subscriptions/{rule.pk}/").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"is_everywhere": "on", "least_level": "3"}, ""),
        ({"is_everywhere": "on", "least_level": "5"}, "A lower level"),
        ({"countries": ["SDN"], "least_level": "3"}, "A wider region"),
        ({"countries": ["SDN"], "least_level": "4"}, "A wider region or a lower level"),
    ],
)  # fmt: skip
def test_a_rule_that_would_have_sent_nothing_says_what_may_send_more(
    client: Client, fields: dict[str, Any], said: str
) -> None:
    client.force_login(make.person())

    page = client.post("/subscriptions/new/", {"frequency": "at_once", "action": "look_back", **fields}).text
    assert 'formaction="/subscriptions/new/#look-back"' in page  # the count, not the top of the page, is in sight

    assert f'<p class="soft small">{said}{" may send more. " if said else ""}No mail is no sign' in page


# --- behind signed links -------------------------------------------------------------------------------------
def test_a_focal_point_sees_changes_adds_and_ends_rules_without_signing_in(client: Client) -> None:
    person = make.person(Role.FOCAL_POINT)
    rule = outbox.subscription(person)
    here = by_link(person)

    assert "Alerts about every country from ELEVATED on" in client.get(here).text
    client.get(f"{here}?edit={rule.pk}")
    client.post(here, {"action": "save", "rule": rule.pk, **SUDAN})
    client.post(here, {"action": "save", "regions": ["150"], "least_level": "4"})
    assert in_force(person) == ["alerts about Sudan from ELEVATED on", "alerts about Europe from HIGH on"]
    assert Subscription.objects.latest("pk").created_by is None

    client.post(here, {"action": "end", "rule": rule.pk})
    assert in_force(person) == ["alerts about Europe from HIGH on"]
    client.post(here, {"action": "end_all"})
    assert "You get no alerts" in client.get(here).text


def test_looking_at_a_signed_page_changes_nothing(client: Client) -> None:
    rule = outbox.subscription()
    before = Subscription.objects.values().get()

    for query in (
        "",
        f"?edit={rule.pk}",
        "?action=end_all",
        f"?action=end&rule={rule.pk}",
        "?List-Unsubscribe=One-Click",
    ):
        assert client.get(f"{by_link(rule.person)}{query}").status_code == 200
        assert client.get(f"{stop(rule.person)}{query}").status_code == 200
        assert client.head(f"{stop(rule.person)}{query}").status_code == 200

    assert Subscription.objects.values().get() == before


@pytest.mark.parametrize("action", ["save", "end"])
@pytest.mark.parametrize("number", ["other", "ended", "0", "x", "9" * 30])
def test_a_link_reaches_only_its_persons_rules_in_force(client: Client, action: str, number: str) -> None:
    person = make.person()
    other, ended = outbox.subscription(), outbox.subscription(person)
    subscribing.end_all(person=person, at=make.NOW)
    before = list(Subscription.objects.order_by("pk").values())
    number = {"other": str(other.pk), "ended": str(ended.pk)}.get(number, number)

    page = client.post(by_link(person), {"action": action, "rule": number, **SUDAN}, follow=True)

    assert "Found no rule of yours in force under this number" in page.text
    assert list(Subscription.objects.order_by("pk").values()) == before
    assert client.get(f"{by_link(person)}?edit={number}").status_code == 200


def test_ending_a_rule_that_is_not_named_ends_none(client: Client) -> None:
    person = outbox.subscription().person

    client.post(by_link(person), {"action": "end"})

    assert len(in_force(person)) == 1


def test_the_signed_page_wants_its_forms_token() -> None:
    person = outbox.subscription().person
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(by_link(person), {"action": "end_all"}).status_code == 403
    assert len(in_force(person)) == 1


@pytest.mark.parametrize("make_address", [by_link, stop])
def test_a_page_whose_address_is_a_key_is_not_kept_listed_or_told(client: Client, make_address: Any) -> None:
    for address in (make_address(make.person()), f"{make_address(make.person())[:-4]}/"):
        page = client.get(address)

        assert "no-store" in page.headers["Cache-Control"]
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert page.headers["Referrer-Policy"] in {"no-referrer", "strict-origin"}
        assert f"next={address}" not in page.text


@pytest.mark.parametrize("make_address", [by_link, stop])
def test_no_token_is_written_into_a_log(caplog: pytest.LogCaptureFixture, make_address: Any) -> None:
    address = make_address(make.person())
    token = address.split("/")[-2]
    strict = Client(enforce_csrf_checks=True)

    with caplog.at_level(logging.DEBUG):
        logging.getLogger("alerts").debug("whatever is said from here on is heard")
        strict.put(address)
        strict.post(address, {"action": "save"})
        Client().post(address, {"action": "save"})
        strict.get(f"{address[:-3]}/")

    assert caplog.records
    said = " ".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert token[:-3] not in said


@pytest.mark.parametrize("kind", ["broken", "other purpose", "switched off"])
def test_a_link_that_opens_nothing_says_whom_to_ask(client: Client, settings: Settings, kind: str) -> None:
    settings.MAIL_FROM = "Alerts <warnings@mail.test.example>"
    person = make.person(is_active=kind != "switched off")
    manage, unsubscribe = links.manage_token(person), links.unsubscribe_token(person)
    if kind == "other purpose":
        manage, unsubscribe = unsubscribe, manage
    elif kind != "switched off":
        manage, unsubscribe = manage[:-2], unsubscribe[:-2]

    for address in (f"/subscriptions/by-link/{manage}/", f"/unsubscribe/{unsubscribe}/"):
        for page in (client.get(address), client.post(address, {"action": "end_all"})):
            assert page.status_code == 404
            assert "This link opens nothing" in page.text
            assert "mailto:warnings@mail.test.example" in page.text
