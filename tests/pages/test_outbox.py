"""The outbox: who sees it, what it says of each mail, trying again, and a mail that can do nothing."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from alerts import messages
from alerts.models import Delivery
from alerts.views import outbox as pages
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from tests import make
from tests.alerts import given, outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
Post = Callable[[str, dict[str, Any]], Any]
State = Delivery.State
STAFF = frozenset({Role.PUBLISHER, Role.ADMIN})
ENDED: dict[str, Any] = {"next_try_at": None, "finished_at": NOW}
REFUSED: dict[str, Any] = {"state": State.REFUSED, "reply_code": 550, "reply_text": "5.1.1 unknown", **ENDED}
SENT: dict[str, Any] = {"state": State.SENT, "reply_code": 250, "message_id": "<one@test.example>", **ENDED}


@pytest.fixture
def publisher(client: Client) -> User:
    person = make.person(Role.PUBLISHER)
    client.force_login(person)
    return person


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which bells were rung."""
    bells: list[str] = []
    monkeypatch.setattr(pipeline, "ring_warnings", lambda: bells.append("warnings"))
    return bells


@pytest.fixture
def post(client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Post:
    """Posts, and commits as no test does by itself; the answer is that of the page it leads to."""

    def posted(address: str, fields: dict[str, Any]) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, fields, follow=True)

    return posted


def written(row: Delivery) -> Delivery:
    """As the sender keeps it."""
    row.message = messages.mail_for(row).as_bytes()
    row.save(update_fields=["message"])
    return row


# --- who -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [None, *Role])
def test_only_those_who_watch_the_outbox_open_it(client: Client, role: Role | None) -> None:
    row = outbox.delivery(**REFUSED)
    if role is not None:
        client.force_login(make.person(role))
    wanted = 302 if role is None else 200 if role in STAFF else 403

    for address in ("/outbox/", f"/outbox/{row.pk}/", f"/outbox/{row.pk}/mail.html"):
        answer = client.get(address)
        assert (address, answer.status_code) == (address, wanted)
        assert wanted != 200 or "no-store" in answer.headers["Cache-Control"]
        assert (row.person.email in answer.text) <= (role in STAFF)
    for address in ("/outbox/retry/", f"/outbox/{row.pk}/retry/"):
        assert client.post(address, {"delivery": row.pk}).status_code == (302 if role in STAFF else wanted)
    row.refresh_from_db()
    assert (row.state == State.WAITING) == (role in STAFF)


def test_what_is_not_there_is_not_found_and_looking_changes_nothing(client: Client, publisher: User) -> None:
    for address in ("/outbox/0/", "/outbox/0/mail.html", f"/outbox/{10**30}/"):
        assert client.get(address).status_code == 404
    assert client.post("/outbox/0/retry/").status_code == 404
    assert client.get("/outbox/0/retry/").status_code == client.get("/outbox/retry/").status_code == 405


def test_the_staff_desk_shows_numbers_and_states_only(client: Client) -> None:
    row = written(outbox.delivery(**REFUSED | {"reply_text": "no such person as somebody@test.example"}))
    client.force_login(make.person(Role.ADMIN))

    for desk in ("signal", "verdict", "alert", "delivery"):
        assert client.get(f"/admin/alerts/{desk}/").status_code == 200
        assert client.get(f"/admin/alerts/{desk}/add/").status_code == 403
    page = client.get(f"/admin/alerts/delivery/{row.pk}/change/").text
    assert "550" in page
    for kept_out in (row.person.email, "somebody@", row.alert.headline, "Subject"):
        assert kept_out not in page
    assert row.alert.headline not in client.get(f"/admin/alerts/alert/{row.alert_id}/change/").text


# --- the list ------------------------------------------------------------------------------------------------
def test_a_row_says_what_became_of_a_mail(client: Client, publisher: User) -> None:
    later = clock.now() + dt.timedelta(hours=2, minutes=1)
    reply: dict[str, Any] = {"reply_code": 451, "reply_text": "4.7.1 Greylisted <later>"}
    row = outbox.delivery(state=State.DEFERRED, attempts=3, next_try_at=later, message_id="<a@b.example>", **reply)

    page = client.get("/outbox/").text

    for said in (
        "ELEVATED", "Myanmar", f'href="/alerts/{row.alert_id}/"', row.alert.headline, row.person.name, row.person.email,
        "Deferred: to be tried again", "3 tries", "<code>451</code>", "4.7.1 Greylisted &lt;later&gt;",
        "&lt;a@b.example&gt;", "in 2\xa0hours", f"{later:%H:%M} UTC", f'href="/outbox/{row.pk}/"',
    ):  # fmt: skip
        assert said in page
    assert "formaction" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abc"), ("state=refused", "b"), ("level=4", "b"), ("country=SDN", "b"), ("person=NNA", "a"),
        ("person=carl%40", "c"), ("state=sent&country=MMR", "c"), ("state=sent&level=5", ""),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(client: Client, publisher: User, query: str, found: str) -> None:
    grave = outbox.alert(iso3="SDN", level=4, decided_by=publisher)
    rules = {name: outbox.subscription(make.person(name=name, email=f"{name.lower()}@x.example")) for name in
             ("Anna", "Berta", "Carl")}  # fmt: skip
    quiet = outbox.alert()
    outbox.delivery(quiet, to=rules["Anna"])
    outbox.delivery(grave, to=rules["Berta"], **REFUSED)
    outbox.delivery(quiet, to=rules["Carl"], **SENT)

    for asked in (query, f"{query}&alert={quiet.pk}"):
        page = client.get(f"/outbox/?{asked}").text
        seen = "".join(name[0].lower() for name in rules if f"{name.lower()}@x.example" in page)
        assert seen == (found.replace("b", "") if "alert" in asked else found)
        assert ("No mail matches these filters" in page) == (seen == "")


@pytest.mark.parametrize("query", ["state=x", "level=9", "country=%00", "alert=x", "alert=0", "person=%00"])
def test_a_filter_that_cannot_be_is_answered_with_what_was_wanted(client: Client, publisher: User, query: str) -> None:
    answer = client.get(f"/outbox/?{query}")

    assert answer.status_code == 400
    assert "Please correct" in answer.text


def test_a_state_that_is_none_is_named_and_nothing_is_said_of_mails(client: Client, publisher: User) -> None:
    outbox.delivery()

    page = client.get("/outbox/?state=rubbish").text

    assert "Found “rubbish”, which is not in the list; wanted one of those offered" in page
    assert "No mail was looked for" in page
    assert "No mail matches these filters" not in page
    assert 'class="states"' not in page


def test_an_empty_outbox_says_what_to_do(client: Client, publisher: User) -> None:
    page = client.get("/outbox/").text

    assert "No mail has been made yet" in page
    assert 'href="/subscriptions/"' in page
    assert "hx-trigger" not in page


def test_counts_by_state_lead_to_the_mails_and_keep_the_other_filters(client: Client, publisher: User) -> None:
    outbox.delivery(**REFUSED)
    outbox.delivery(outbox.alert(iso3="SDN"), **REFUSED)

    page = client.get("/outbox/?country=SDN&page=1").text

    assert 'href="/outbox/?country=SDN&amp;state=refused" class="states-bad"><span class="num">1</span>' in page


@pytest.mark.parametrize(("level", "fields", "is_missed"), [
    (4, REFUSED, True), (5, {}, True), (4, {"state": State.GIVEN_UP, **ENDED}, True),
    (4, {"state": State.DEFERRED}, True), (3, REFUSED, False), (5, SENT, False),
    (5, {"state": State.CANCELLED, **ENDED}, True),  # nobody has it
])  # fmt: skip
def test_a_grave_alert_that_has_not_arrived_stands_out(
    client: Client, publisher: User, level: int, fields: dict[str, Any], is_missed: bool
) -> None:
    warning = outbox.alert(level=level, decided_by=publisher)
    outbox.delivery(warning, **fields)

    page = client.get("/outbox/?state=sent").text

    assert ('class="missed"' in page) == (f'href="/outbox/?alert={warning.pk}"' in page) == is_missed


def test_pages_of_the_list_keep_the_filters(client: Client, publisher: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    outbox.deliveries(3)

    page = client.get("/outbox/?state=waiting&seen=x&delivery=1").text

    assert 'href="?state=waiting&amp;page=2"' in page
    assert client.get("/outbox/?state=waiting&page=2").text.count('<th scope="row">') == 1


@pytest.mark.parametrize("count", [3, 30])
def test_needs_few_queries(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    rows = outbox.deliveries(count)
    for row in rows:
        row.tries.create(at=NOW, outcome="deferred", by=publisher)
        alert = outbox.alert(level=5, decided_by=publisher)
        duty = alert.duties.create(office=given.office(), opened_at=NOW, due_at=NOW)
        duty.steps.create(kind="nobody_left", at=NOW)

    with django_assert_max_num_queries(16):  # two of them for the session and the person, some for the header
        client.get("/outbox/")
    with django_assert_max_num_queries(12):  # the preview's own among them
        client.get(f"/outbox/{rows[0].pk}/")


def test_a_page_asks_again_only_while_a_mail_is_on_its_way(client: Client, publisher: User) -> None:
    row, refused = outbox.delivery(), outbox.delivery(**REFUSED)
    asked_by_htmx = {"HX-Request": "true"}
    again = re.search(r'hx-get="([^"]+)" hx-trigger="every 5s"', client.get("/outbox/?state=").text)
    assert again is not None
    address = f"{again[1].replace('&amp;', '&')}&delivery={refused.pk}"

    row.state, row.next_try_at, row.finished_at = State.CANCELLED, None, NOW
    row.save()
    piece = client.get(address, headers=asked_by_htmx).text

    assert "<html" not in piece
    assert "hx-trigger" not in piece
    assert re.search(rf'value="{refused.pk}"[^>]* checked', piece)  # what was ticked stays ticked
    assert "delivery=" not in piece
    assert "seen=" not in piece


# --- trying again --------------------------------------------------------------------------------------------
def test_one_is_put_back_and_the_filters_stay(post: Post, publisher: User, rung: list[str]) -> None:
    row, other = outbox.delivery(**REFUSED), outbox.delivery(**REFUSED)

    answer = post(f"/outbox/{row.pk}/retry/", {"query": "state=refused&person=x", "delivery": other.pk})

    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {row.pk: State.WAITING, other.pk: State.REFUSED}
    assert answer.redirect_chain == [("/outbox/?state=refused&person=x", 302)]
    assert rung == ["warnings"]
    assert row.tries.get().by == publisher


def test_those_selected_are_put_back_together_and_the_bell_rings_once(
    post: Post, publisher: User, rung: list[str]
) -> None:
    one, two, left = (outbox.delivery(**REFUSED) for _ in range(3))
    sent = outbox.delivery(**SENT)

    page = post("/outbox/retry/", {"delivery": [one.pk, two.pk, two.pk, sent.pk, "x", 10**17]}).text

    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {one.pk: "waiting", two.pk: "waiting", left.pk: "refused", sent.pk: "sent"}
    assert rung == ["warnings"]
    assert "2 mails put back" in page
    assert f"Not put back: delivery {sent.pk} is sent; wanted refused, given_up or bounced." in page


@pytest.mark.parametrize("fields", [SENT, {}, {"state": State.CANCELLED, **ENDED}])
def test_what_is_not_to_be_put_back_stays_and_the_page_says_so(
    post: Post, publisher: User, rung: list[str], fields: dict[str, Any]
) -> None:
    row = outbox.delivery(**fields)

    page = post(f"/outbox/{row.pk}/retry/", {}).text

    assert f"Not put back: delivery {row.pk} is" in page
    assert ">Retry<" not in page
    assert (rung, row.tries.count()) == ([], 0)


def test_nothing_selected_is_said(post: Post, publisher: User, rung: list[str]) -> None:
    assert "no mail was selected" in post("/outbox/retry/", {}).text
    assert rung == []
