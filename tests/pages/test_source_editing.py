"""New sources and changes of one, on pages: what is asked for, what is refused, and what stands afterwards."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.permissions import Role
from r2p_dashboard import clock
from reports.models import Source
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
HOUR = dt.timedelta(hours=1)


def sign_in(client: Client, role: Role = Role.ADMIN) -> None:
    client.force_login(make.person(role))


def fields(**changes: str) -> dict[str, str]:
    defaults = {
        "name": "A made-up publisher", "slug": "made-up-publisher", "new_family": "A made-up body",
        "url": "https://publisher.test.example/", "reliability": "C", "reliability_reason": "gives its sources in part",
        "review_on": "2027-05-31", "known_bias": "hears towns", "licence": "not stated", "terms_note": "",
        "contact": "press office", "language": "fr", "reader": "feed", "every_minutes": "360",
        "address": "https://publisher.test.example/rss", "credential": "", "robots_exempt": "", "off_because": "",
        "reason": "asked for by the desk", "family": "",
    }  # fmt: skip
    return defaults | changes


def feed(**changes: Any) -> Source:
    defaults = {
        "reader": "feed", "address": "https://feed.publisher.test.example/rss", "is_on": False, "fetch_every": HOUR,
        "off_because": "terms not read", "name": "A made-up feed", "reliability_reason": "as before",
    }  # fmt: skip
    return make.source(**(defaults | changes))


def of(source: Source, **changes: str) -> dict[str, str]:
    """What the form would send back unchanged, with `changes`."""
    said = {
        "name": source.name, "family": source.family.slug, "new_family": "", "slug": "", "licence": source.licence,
        "reliability": source.reliability, "address": source.address, "every_minutes": "60",
        "off_because": source.off_because, "reliability_reason": source.reliability_reason,
    }  # fmt: skip
    return fields(**(said | changes))


# --- a new one ---------------------------------------------------------------------------------------------
def test_a_source_is_made_off_and_its_page_says_what_is_known(client: Client) -> None:
    sign_in(client)
    answer = client.post("/sources/new/", fields(), follow=True)

    source = Source.objects.get(slug="made-up-publisher")
    assert (source.is_on, source.fetch_every, source.family.slug) == (False, 6 * HOUR, "a-made-up-body")
    for words in ("gives its sources in part", "hears towns", "press office", "31 May 2027", "asked for by the desk"):
        assert words in answer.text
    assert "read the publisher" in answer.text


def test_a_source_of_files_sent_in_is_made_and_offered_where_they_are_sent(client: Client) -> None:
    sign_in(client)
    sent = fields(reader="", address="", every_minutes="")
    answer = client.post("/sources/new/", sent, follow=True)

    assert "sent in by hand" in answer.text
    assert 'value="made-up-publisher"' in client.get("/reports/new/").text
    assert 'href="/sources/new/"' in client.get("/reports/new/").text
    assert "A made-up publisher" in client.get("/sources/").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "wanted it in a few words"),
        ({"slug": "new"}, "which is taken"),
        ({"slug": "No Slug"}, "wanted small letters"),
        ({"family": "", "new_family": ""}, "Found neither a family"),
        ({"new_family": "机构"}, "Found no Latin letters"),
        ({"reliability": ""}, "wanted a grade"),
        ({"reliability_reason": ""}, "wanted it in a few words"),
        ({"review_on": "soon"}, "wanted one such as"),
        ({"review_on": ""}, "wanted the day on which"),
        ({"address": "http://publisher.test.example/"}, "Found something else; wanted https"),
        ({"address": "https://10.0.0.8/rss"}, "not public"),
        ({"address": ""}, "wanted https"),
        ({"reader": "telepathy"}, "not in the list"),
        ({"every_minutes": ""}, "wanted how often"),
        ({"every_minutes": "1"}, "not in the list"),
        ({"credential": "SOURCE_KEY"}, "a kind of source that sends none"),
        ({"reader": "reliefweb-v2", "credential": "SECRET_KEY"}, "begins with SOURCE_"),
        ({"reader": ""}, "found an address".capitalize()),
        ({"known_bias": "x" * 501}, "at most 500 characters"),
    ],
)
def test_what_cannot_stand_is_refused_beside_its_field(client: Client, changes: dict[str, str], said: str) -> None:
    sign_in(client)
    answer = client.post("/sources/new/", fields(**changes))

    assert (answer.status_code, said in answer.text) == (400, True)
    assert "Nothing was saved" in answer.text
    assert not Source.objects.filter(name="A made-up publisher").exists()


def test_an_empty_form_says_what_is_missing(client: Client) -> None:
    sign_in(client)
    answer = client.post("/sources/new/", {})

    assert (answer.status_code, "Nothing was saved" in answer.text) == (400, True)


# --- changes -----------------------------------------------------------------------------------------------
def test_a_change_stands_on_the_sources_page_with_who_and_why(client: Client) -> None:
    sign_in(client)
    source = feed()
    answer = client.post(f"/sources/{source.slug}/edit/", of(source, reliability="D", reason="it lied"), follow=True)

    source.refresh_from_db()
    assert (source.reliability, source.slug) == ("D", source.slug)
    page = answer.text[answer.text.index('id="changes"') :]
    assert "it lied" in page
    assert "Grade: <del>B</del> → D" in page


def test_a_change_without_a_reason_or_of_nobody_is_refused(client: Client) -> None:
    sign_in(client)
    source = feed()

    answer = client.post(f"/sources/{source.slug}/edit/", of(source, reliability="D", reason=""))
    assert (answer.status_code, "Why you change it" in answer.text) == (400, True)
    assert client.post("/sources/nobody/edit/", {}).status_code == 404
    assert not source.changes.exists()


def test_two_who_change_it_at_once_are_told(client: Client) -> None:
    sign_in(client)
    source = feed()
    page = client.get(f"/sources/{source.slug}/edit/").text
    assert '<input type="hidden" name="seen_change" value="0"' in page
    client.post(f"/sources/{source.slug}/edit/", of(source, name="First", seen_change="0"))

    answer = client.post(f"/sources/{source.slug}/edit/", of(source, name="Second", seen_change="0"))
    source.refresh_from_db()
    assert (answer.status_code, source.name) == (400, "First")
    assert "made while you wrote" in answer.text
    assert f'name="seen_change" value="{source.changes.get().pk}"' in answer.text
    assert 'value="Second"' in answer.text


def test_a_source_that_is_on_stays_on_and_its_own_cadence_is_offered(client: Client) -> None:
    sign_in(client)
    source = feed(is_on=True, off_because="", fetch_every=dt.timedelta(minutes=42))
    page = client.get(f"/sources/{source.slug}/edit/").text
    client.post(f"/sources/{source.slug}/edit/", of(source, every_minutes="42", name="Renamed"))

    source.refresh_from_db()
    assert "every 42 minutes" in page
    assert (source.is_on, source.name, source.fetch_every) == (True, "Renamed", dt.timedelta(minutes=42))


def test_the_desk_of_the_database_leaves_a_row_too(client: Client) -> None:
    sign_in(client)
    source = feed()
    sent = {
        "name": "Renamed at the desk", "family": str(source.family_id), "reliability": "B", "licence": "made up",
        "reader": "feed", "address": source.address, "language": "en", "fetch_every": "1:00:00", "is_on": "on",
    }  # fmt: skip
    assert client.post(f"/admin/reports/source/{source.pk}/change/", sent).status_code == 302

    source.refresh_from_db()
    assert source.changes.get().reason == "at the desk"
    assert source.on_since is not None


# --- reviews -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "is_due"), [(-1, True), (0, True), (1, False)])
def test_a_grade_that_is_due_for_review_is_marked_everywhere(client: Client, days: int, is_due: bool) -> None:
    sign_in(client)
    source = feed(review_on=clock.now().date() + dt.timedelta(days=days))
    make.report(source=source)

    assert ("review due" in client.get("/sources/").text) == is_due
    assert ("grade due for review" in client.get("/sources/").text) == is_due
    assert ("Grades due for review" in client.get("/status/").text) == is_due
    assert ("then set a new day" in client.get(f"/sources/{source.slug}/").text) == is_due


def test_which_grades_are_due_is_for_staff(client: Client) -> None:
    feed(review_on=dt.date(2024, 1, 1))

    assert "Grades due for review" not in client.get("/status/").text


@pytest.mark.parametrize("count", [3, 30])
def test_its_pages_need_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    sources = [feed() for _ in range(count)]
    sign_in(client)
    for address in ("/sources/new/", f"/sources/{sources[0].slug}/edit/"):
        with django_assert_max_num_queries(8):
            assert client.get(address).status_code == 200
