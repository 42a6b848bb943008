"""The catalogue of measures and the calendar of levers, on their pages and on those that they are about."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.models import Lever, Measure
from alerts.situations.situations import open_situation
from indicators import assess
from people.permissions import Role
from tests import make
from tests.alerts import ledgers

pytestmark = pytest.mark.usefixtures("reference")
TYPED = {
    "about": "MMR", "kind": "review", "title": "A review", "first_day": "2024-08-01", "source_title": "A document",
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.mark.parametrize(
    ("query", "some", "none"),
    [
        ("", "Offer good offices and mediation", "Another measure, named in words"),
        ("?factor=14", "Open access for aid", "Share power with all groups"),
        ("?timing=aftermath", "Remember and apologise", "Demand that fighting stops"),
        ("?sphere=domestic", "Protect vulnerable groups by law", "Deploy police or troops"),
    ],
)
def test_the_address_chooses_measures(client: Client, query: str, some: str, none: str) -> None:
    text = client.get(f"/measures/{query}").text

    assert some in text
    assert none not in text
    assert "¶" in text


def test_a_filter_that_is_no_choice_is_refused(client: Client) -> None:
    assert client.get("/measures/?factor=15").status_code == 400
    assert client.get("/levers/?kind=x").status_code == 400
    assert "No measure fits these filters." in client.get("/measures/?factor=1&timing=aftermath").text


def test_the_calendar_shows_what_comes_with_its_source_and_what_is_over_on_request(client: Client) -> None:
    ledgers.lever(title="It comes", is_estimated=True, source_url="https://source.test.example/")
    ledgers.lever(title="It was", day=make.TODAY - dt.timedelta(days=1))
    ledgers.lever(title="Elsewhere", country=make.country("SDN"))

    comes, past, all_of = (client.get(f"/levers/{query}").text for query in ("?country=MMR", "?when=past", "?when=all"))

    assert ("It comes" in comes, "It was" in comes, "Elsewhere" in comes) == (True, False, False)
    assert "the day is not certain" in comes
    assert 'href="https://source.test.example/"' in comes
    assert ("It was" in past, "It comes" in past) == (True, False)
    assert all(title in all_of for title in ("It comes", "It was", "Elsewhere"))


def test_a_lever_of_a_shared_situation_stands_with_each_of_its_countries(client: Client) -> None:
    river = open_situation(
        name="The river", countries=[make.country(), make.country("BGD")], by=make.person(Role.ADMIN), at=make.NOW
    )
    ledgers.lever(title="The commission meets", situation=river)

    assert "The commission meets" in client.get("/levers/?country=BGD").text
    assert "The commission meets" in client.get("/countries/BGD/").text
    assert "The commission meets" not in client.get("/levers/?country=SDN").text


def test_a_reviewer_enters_a_lever_once_even_when_the_form_is_sent_twice(client: Client) -> None:
    client.force_login(make.person(Role.REVIEWER))

    answers = [client.post("/levers/new/", TYPED).status_code for _ in range(2)]

    row = Lever.objects.get()
    assert answers == [302, 302]
    assert (row.country, row.last_day, row.title) == (make.country(), dt.date(2024, 8, 1), "A review")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"last_day": "2024-07-01"}, "is before 2024-08-01"), ({"about": "XXX"}, "not in the list"),
        ({"source_title": ""}, "Nothing was saved"), ({"first_day": "soon"}, "which is no day"),
    ],
)  # fmt: skip
def test_what_cannot_be_entered_is_said(client: Client, change: dict[str, str], said: str) -> None:
    client.force_login(make.person(Role.REVIEWER))

    answer = client.post("/levers/new/", TYPED | change)

    assert (answer.status_code, Lever.objects.count()) == (400, 0)
    assert said in answer.text


def test_a_removed_lever_leaves_the_calendar_and_keeps_its_reason(client: Client) -> None:
    row, reviewer = ledgers.lever(), make.person(Role.REVIEWER)
    client.force_login(reviewer)

    client.post(f"/levers/{row.pk}/remove/", {"reason": "it was put off"})
    again = client.post(f"/levers/{row.pk}/remove/", {"reason": "once more"})

    row.refresh_from_db()
    assert (row.removed_by, row.removal_reason) == (reviewer, "it was put off")
    assert again.status_code == 400
    assert row.title not in client.get("/levers/?when=all").text


def test_a_countrys_page_says_what_can_be_done_about_its_factors_and_when(client: Client) -> None:
    make.accepted(indicator=make.indicator("7.14"))
    ledgers.lever(title="The mandate ends")
    assess.score_all(at=make.NOW, day=make.TODAY)

    text = client.get("/countries/MMR/").text.partition('id="can-be-done"')[2].partition("</section>")[0]

    assert Measure.objects.get(code="messages-of-tolerance").title in text
    assert "The mandate ends" in text
    assert "factor 7" in text
    assert "Enter a lever" not in text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, count: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(count):
        ledgers.lever(title=f"Number {number}")
    with django_assert_max_num_queries(3):
        client.get("/levers/")
    with django_assert_max_num_queries(2):
        client.get("/measures/")
