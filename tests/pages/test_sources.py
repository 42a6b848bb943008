"""Sources: how the fetching of each goes, switching one on, fetching it now, and what an answer brought."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from r2p_dashboard.celery import app
from reports import fetching
from reports.models import Report, Retrieval, Source
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
HOUR = dt.timedelta(hours=1)
STAFF = {Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}


@pytest.fixture(autouse=True)
def nothing_rings_on() -> Iterator[None]:
    yield
    app.control.purge()


def source(**fields: Any) -> Source:
    defaults = {
        "reader": "feed", "address": "https://feed.test.example/rss", "is_on": True, "fetch_every": HOUR,
        "name": "A made-up feed",
    }  # fmt: skip
    return make.source(**(defaults | fields))


def off(**fields: Any) -> Source:
    return source(**({"is_on": False, "off_because": "terms not read yet"} | fields))


def retrieval(of: Source, *, ago: dt.timedelta = HOUR / 2, **fields: Any) -> Retrieval:
    """One that was read, half an hour ago."""
    at = clock.now() - ago
    state = fields.get("state", "done")
    report = make.report(source=of, kind=Report.Kind.FEED, reader="feed") if state in {"done", "same"} else None
    defaults = {
        "source": of, "reader": of.reader, "state": "done", "received_at": at, "about": {"url": of.address},
        "finished_at": None if state == "asked" else at, "report": report,
    }  # fmt: skip
    return Retrieval.objects.create(**(defaults | fields))


def sign_in(client: Client, role: Role) -> None:
    client.force_login(make.person(role))


def row_of(client: Client, of: Source) -> str:
    """What /sources/ says of it."""
    page = client.get("/sources/").text
    start = page.index(f"{of.name}<", page.index('id="fetched"'))
    return page[start : page.index("</article>", start)]


# --- the list ----------------------------------------------------------------------------------------------
def test_a_source_that_is_off_says_why(client: Client) -> None:
    row = row_of(client, off())

    assert ">off<" in row
    assert "Terms not read yet" in row
    assert "never" in row


def test_a_source_that_is_on_says_when_it_last_went_well_and_when_it_is_next_asked(client: Client) -> None:
    feed = source()
    last = retrieval(feed)

    row = row_of(client, feed)
    assert f"{last.finished_at:%-d %B %Y, %H:%M}" in row
    assert f"{last.received_at + HOUR:%-d %B %Y, %H:%M}" in row
    assert ">stale<" not in row


@pytest.mark.parametrize(("hours", "is_stale"), [(2.9, False), (3.1, True)])
def test_a_source_without_a_success_for_three_cadences_is_stale(client: Client, hours: float, is_stale: bool) -> None:
    feed = source()
    retrieval(feed, ago=hours * HOUR)
    retrieval(feed, state="failed", reason="status: found 410; wanted 200", ago=HOUR / 10)

    assert (">stale<" in row_of(client, feed)) == is_stale


def test_one_that_never_went_well_grows_stale_too_and_one_that_is_off_never(client: Client) -> None:
    feed, quiet = source(name="On"), off(name="Off")
    for one in (feed, quiet):
        retrieval(one, state="failed", reason="gone", ago=4 * HOUR)

    assert ">stale<" in row_of(client, feed)
    assert ">stale<" not in row_of(client, quiet)


@pytest.mark.parametrize("role", [None, *Role])
def test_why_it_failed_and_what_can_be_done_is_for_staff(client: Client, role: Role | None) -> None:
    if role is not None:
        sign_in(client, role)
    feed = source()
    retrieval(feed, state="failed", reason="status: found 410; wanted 200")

    row = row_of(client, feed)
    assert ">failed<" in row
    assert ("found 410" in row) == (role in STAFF)
    assert ("Fetch now" in row) == (role in STAFF)
    assert (client.get(f"/sources/{feed.slug}/").status_code == 200) == (role in STAFF)


def test_nothing_is_fetched_is_said(client: Client) -> None:
    Source.objects.all().delete()

    assert "No source is fetched." in client.get("/sources/").text


def test_a_view_of_another_day_says_nothing_of_fetching(client: Client) -> None:
    source()

    assert 'id="fetched"' not in client.get("/sources/?as_of=2024-05-01").text


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_needs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    sign_in(client, Role.ADMIN)
    for _ in range(count):
        retrieval(source())

    with django_assert_max_num_queries(9):  # one of them counts unread scans, for staff
        assert client.get("/sources/").status_code == 200


# --- switching ---------------------------------------------------------------------------------------------
def changed(client: Client, of: Source, **fields: str) -> int:
    sent = {"is_on": "1", "every_minutes": "360", "off_because": ""} | fields
    return client.post(f"/sources/{of.slug}/", sent).status_code


@pytest.mark.parametrize("role", [None, *Role])
def test_whoever_manages_sources_switches_one_on(client: Client, role: Role | None) -> None:
    if role is not None:
        sign_in(client, role)
    feed = off()

    assert changed(client, feed) == (302 if role in {None, Role.ADMIN} else 403)
    feed.refresh_from_db()
    assert (feed.is_on, feed.fetch_every) == ((True, 6 * HOUR) if role is Role.ADMIN else (False, HOUR))
    if role in STAFF:
        assert ("Save</button>" in client.get(f"/sources/{feed.slug}/").text) == (role is Role.ADMIN)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"is_on": "0"}, "wanted why it is off"),
        ({"is_on": "perhaps"}, "not in the list"),
        ({"every_minutes": "1"}, "not in the list"),
        ({"is_on": "0", "off_because": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(client: Client, fields: dict[str, str], said: str) -> None:
    sign_in(client, Role.ADMIN)
    feed = source()

    answer = client.post(f"/sources/{feed.slug}/", {"is_on": "1", "every_minutes": "360"} | fields)

    assert (answer.status_code, said in answer.text) == (400, True)
    feed.refresh_from_db()
    assert (feed.is_on, feed.fetch_every) == (True, HOUR)


def test_a_cadence_that_is_not_offered_stays_as_it_is(client: Client) -> None:
    sign_in(client, Role.ADMIN)
    feed = source(fetch_every=dt.timedelta(minutes=42))

    assert "every 42 minutes" in client.get(f"/sources/{feed.slug}/").text
    assert changed(client, feed, every_minutes="42") == 302


def test_a_source_of_files_sent_in_has_a_page_and_nothing_to_fetch(client: Client) -> None:
    make.source(slug="typed-in")
    sign_in(client, Role.ADMIN)

    assert "sent in by hand" in client.get("/sources/typed-in/").text
    assert client.post("/sources/typed-in/", {"is_on": "1"}).status_code == 404
    assert client.post("/sources/typed-in/fetch/").status_code == 404
    assert client.get("/sources/nobody/").status_code == 404


def test_the_desk_takes_no_name_of_another_secret(client: Client) -> None:
    sign_in(client, Role.ADMIN)
    feed = source()
    page = f"/admin/reports/source/{feed.pk}/change/"
    fields = {
        "name": feed.name, "family": str(feed.family_id), "reliability": "B", "licence": "made up", "reader": "feed",
        "address": feed.address, "language": "en", "is_on": "on", "fetch_every": "1:00:00",
    }  # fmt: skip

    assert client.post(page, fields | {"credential": "SECRET_KEY"}).status_code == 200
    assert client.post(page, fields | {"credential": "SOURCE_MADE_UP"}).status_code == 302
    assert Source.objects.get(pk=feed.pk).credential == "SOURCE_MADE_UP"


# --- fetching now ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [None, *Role])
def test_staff_have_a_source_fetched_now(client: Client, role: Role | None) -> None:
    if role is not None:
        sign_in(client, role)
    feed = source()

    answer = client.post(f"/sources/{feed.slug}/fetch/")

    assert answer.status_code == (302 if role in STAFF or role is None else 403)
    assert Retrieval.objects.count() == int(role in STAFF)
    if role in STAFF:
        assert answer["Location"] == f"/retrievals/{Retrieval.objects.get().pk}/"


def test_one_that_is_off_is_fetched_for_those_who_manage_it(client: Client) -> None:
    feed = off()
    sign_in(client, Role.CODER)
    assert client.post(f"/sources/{feed.slug}/fetch/").status_code == 403
    assert "Fetch now" not in row_of(client, feed)

    sign_in(client, Role.ADMIN)
    assert client.post(f"/sources/{feed.slug}/fetch/").status_code == 302


def test_asking_twice_leads_to_the_same_page_and_looking_asks_nothing(client: Client) -> None:
    sign_in(client, Role.CODER)
    feed = source()
    first, second = (client.post(f"/sources/{feed.slug}/fetch/")["Location"] for _ in range(2))

    assert first == second
    assert client.get(f"/sources/{feed.slug}/fetch/").status_code == 405


def test_asking_rings_the_bell_of_fetching(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    app.control.purge()
    sign_in(client, Role.CODER)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/sources/{source().slug}/fetch/")

    with app.connection_for_read() as broker, broker.channel() as channel:
        assert channel.client.llen("fetch") == 1  # type: ignore[attr-defined]  # kombu types no Redis channel


# --- what became of it -------------------------------------------------------------------------------------
def page_of(client: Client, of: Retrieval, **headers: str) -> str:
    sign_in(client, Role.CODER)
    return client.get(f"/retrievals/{of.pk}/", headers=headers).text


def test_one_that_waits_asks_again_by_itself_with_and_without_scripts(client: Client) -> None:
    page = page_of(client, fetching.ask(source=source(), at=clock.now()))

    assert "for the source to answer" in page
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page


def test_an_attempt_that_failed_is_said_and_that_there_will_be_another(client: Client) -> None:
    waiting = retrieval(source(), state="asked", attempts=1, reason="status: found 503; wanted 200")
    page = page_of(client, waiting)

    assert "Attempt 1 failed" in page
    assert "found 503" in page
    assert page_of(client, waiting, HX_Request="true").count("<main") == 0


def test_what_an_answer_brought_is_listed(client: Client) -> None:
    feed = source()
    done = retrieval(
        feed, items_new=1, items_same=2, items_changed=3, items_failed=4, items_left_out=5, is_full=True,
        problems=[{"place": "item 7", "reason": "day: found 2024-13-45; wanted one that exists"}],
    )  # fmt: skip
    carried = make.report(source=feed, carrier=done.report, title="A made-up report")
    make.report(source=feed, carrier=done.report, title="Hidden words", sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    page = page_of(client, done)

    assert "<td>1</td><td>2</td><td>3</td><td>4</td><td>5</td>" in page
    assert "found 2024-13-45" in page
    assert f'href="/reports/{carried.pk}/"' in page
    assert "the rest is asked for next" in page
    assert "Hidden words" not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "same"}, "the source says what it said before"),
        ({"state": "failed", "reason": "name: found no address"}, "What was taken in before stays."),
        (
            {"items_new": 9, "items_left_out": 5},
            "The newest were; the 5 oldest were not, and will not be asked for again",
        ),
        ({"items_new": 9, "items_left_out": 1}, "have the source asked more often</a>"),
        ({"state": "done"}, "Everything that it carried was here already."),
    ],
)
def test_every_end_is_said_and_leads_on(client: Client, fields: dict[str, Any], said: str) -> None:
    page = page_of(client, retrieval(source(), **fields))

    assert said in page
    assert "Fetch again" in page


@pytest.mark.parametrize("count", [3, 30])
def test_its_page_needs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    feed = source()
    done = retrieval(feed, items_new=count)
    for _ in range(count):
        make.report(carrier=done.report)
    sign_in(client, Role.CODER)

    with django_assert_max_num_queries(5):
        client.get(f"/retrievals/{done.pk}/")
    with django_assert_max_num_queries(7):
        client.get(f"/sources/{feed.slug}/")


# --- one report --------------------------------------------------------------------------------------------
def test_a_report_says_what_carried_it_whose_words_it_repeats_and_which_countries_it_names(client: Client) -> None:
    sign_in(client, Role.CODER)
    feed = source()
    answer = make.report(source=feed, kind=Report.Kind.FEED, title="The answer")
    first = make.report(source=feed)
    row = make.report(source=feed, carrier=answer, duplicate_of=first, countries_said=["MMR", "SDN"])

    page = client.get(f"/reports/{row.pk}/").text

    assert f'<a href="/reports/{answer.pk}/">The answer</a>' in page
    assert f'The same text as <a href="/reports/{first.pk}/">report {first.pk}</a>' in page
    assert "Myanmar, Sudan" in page


def test_what_a_reader_may_not_see_is_not_named_by_what_it_carried(client: Client) -> None:
    secret = make.report(title="Hidden words", sensitivity=Sensitivity.CONFIDENTIAL)
    row = make.report(carrier=secret, duplicate_of=secret)

    page = client.get(f"/reports/{row.pk}/").text

    assert "Hidden words" not in page
    assert f"/reports/{secret.pk}/" not in page


def test_a_feeds_answer_lists_what_came_with_it_for_staff_alone(client: Client) -> None:
    answer = make.report(kind=Report.Kind.FEED, source=source())
    carried = [make.report(carrier=answer) for _ in range(3)]

    assert client.get(f"/reports/{answer.pk}/").status_code == 404
    sign_in(client, Role.CODER)
    page = client.get(f"/reports/{answer.pk}/").text
    assert "3 reports came with it" in page
    assert all(f'href="/reports/{row.pk}/"' in page for row in carried)


def test_a_feeds_answer_does_not_count_as_a_report_of_its_source(client: Client) -> None:
    make.report(kind=Report.Kind.FEED, source=source(name="Only answers"))
    sign_in(client, Role.CODER)

    page = client.get("/sources/").text
    assert "Only answers" not in page[: page.index('id="fetched"')]


@pytest.mark.parametrize("count", [3, 30])
def test_a_reports_page_needs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    answer = make.report(kind=Report.Kind.FEED, source=source())
    row = make.report(carrier=answer, duplicate_of=answer, countries_said=["MMR"])
    for _ in range(count):
        make.passage(row)
        make.report(carrier=answer)
    sign_in(client, Role.CODER)

    for one in (row, answer):
        with django_assert_max_num_queries(9):
            client.get(f"/reports/{one.pk}/")
