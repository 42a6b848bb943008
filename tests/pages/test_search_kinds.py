"""All results of one kind, how many there are, kinds beside the first four, and the day of a search."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.permissions import Role, Sensitivity
from r2p_dashboard.search.finding import KINDS, OF_EACH
from r2p_dashboard.search.views import PAGE_SIZE
from reports.models import Report
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
WORDS = "Synthetic words about quarrelsome lighthouses stand here for a test."


def pieces(count: int) -> None:
    for _ in range(count):
        make.accepted(of=make.passage(text=WORDS, end=len(WORDS)))


def total(client: Client, key: str, **asked: str) -> int:
    """How many of a kind the page says there are."""
    found = client.get("/search/", {"q": "lighthouses", **asked}).context["found"]
    return sum(group.total for group in found.groups if group.key == key)


def test_a_kind_says_how_many_there_are_and_leads_to_all(client: Client) -> None:
    pieces(OF_EACH + 2)

    page = client.get("/search/", {"q": "lighthouses", "as_of": "2024-06-30"})

    assert total(client, "evidence") == OF_EACH + 2
    assert len(page.context["found"].of("evidence")) == OF_EACH
    assert "/search/?q=lighthouses&amp;in=evidence&as_of=2024-06-30" in page.text.replace("&amp;as_of", "&as_of")
    assert f"All {OF_EACH + 2} results: Evidence" in page.text


def test_all_of_a_kind_comes_in_pages(client: Client) -> None:
    pieces(PAGE_SIZE + 1)

    first = client.get("/search/", {"q": "lighthouses", "in": "evidence"})
    second = client.get("/search/", {"q": "lighthouses", "in": "evidence", "page": "2"})

    assert f">{PAGE_SIZE + 1} results<" in first.text
    assert len(first.context["rows"]) == PAGE_SIZE
    assert len(second.context["rows"]) == 1
    assert 'name="in" value="evidence"' in second.text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_page_also_with_nothing_in_it(client: Client, kind: str) -> None:
    page = client.get("/search/", {"q": "zzzzqqq", "in": kind})

    assert page.status_code == 200
    assert "0 results" in page.text


def test_a_kind_that_is_none_is_refused(client: Client) -> None:
    page = client.get("/search/", {"q": "lighthouses", "in": "people"})

    assert page.status_code == 400
    assert "wanted one of countries, indicators" in page.text


def test_hidden_evidence_is_never_counted(client: Client) -> None:
    pieces(1)
    make.confidential(of=make.passage(text=WORDS, end=len(WORDS)))

    assert total(client, "evidence") == 1
    assert ">1 result<" in client.get("/search/", {"q": "lighthouses", "in": "evidence"}).text

    client.force_login(make.person(Role.CODER))
    assert total(client, "evidence") == 2


def test_what_was_not_known_on_the_day_is_not_found(client: Client) -> None:
    pieces(1)

    assert total(client, "evidence", as_of="2024-05-31") == 0
    assert total(client, "evidence", as_of="2024-06-01") == 1


@pytest.mark.parametrize(
    "words",
    [
        "Birmanie",
        "MMR",
        "mmr",
        "mm",
        "104",
        "Бирма",
        "缅甸",
        "ميانمار",
        "Myanmra",
        "Myanmar synthetic",
        "Birmanie headline",
    ],
)
def test_alerts_and_situations_are_found_by_any_name_of_their_country(client: Client, words: str) -> None:
    alert = outbox.alert()
    outbox.alert(iso3="SDN")

    found = client.get("/search/", {"q": words}).context["found"]

    assert [row.pk for row in found.of("alerts")] == [alert.pk]
    if len(words.split()) == 1:
        assert [row.pk for row in found.of("situations")] == [alert.situation_id]


@pytest.mark.parametrize(
    "words",
    ["Soudan du Sud", "South Sudan", "SSD", "South Sudan lighthouses", "SSD quarelsome", "quarrelsome Soudan du Sud",
     "Sudán del Sur quarrelsome lighthouses", "lighthouses Южный Судан"],
)  # fmt: skip
def test_evidence_is_found_by_any_name_of_its_country_and_its_words(client: Client, words: str) -> None:
    wanted, _other = (
        make.accepted(of=make.passage(text=WORDS, end=len(WORDS)), country=make.country(iso3))
        for iso3 in ("SSD", "MMR")
    )

    found = client.get("/search/", {"q": words}).context["found"]

    assert [piece.evidence.pk for piece in found.of("evidence")] == [wanted.pk]


@pytest.mark.parametrize("words", ["weapons in Myanmar", "Birmanie weapons", "Soudan du Sud weapons"])
def test_a_country_among_other_words_is_found_and_the_signs_by_the_others(client: Client, words: str) -> None:
    found = client.get("/search/", {"q": words}).context["found"]

    assert [row.iso3 for row in found.of("countries")] == ["SSD" if "Sud" in words else "MMR"]
    assert [row.code for row in found.of("indicators")] == [
        row.code for row in client.get("/search/", {"q": "weapons"}).context["found"].of("indicators")
    ]
    assert not found.may_mean


def test_evidence_of_a_country_that_is_hidden_is_not_found_by_the_country(client: Client) -> None:
    make.confidential(of=make.passage(text=WORDS, end=len(WORDS)), note="quarrelsome")

    for words in ("Myanmar", "MMR lighthouses", "quarrelsome"):
        page = client.get("/search/", {"q": words})
        assert page.context["found"].of("evidence") == []


def test_alerts_are_those_of_the_day_and_situations_say_that_they_are_not(client: Client) -> None:
    outbox.alert()
    then = client.get("/search/", {"q": "Birmanie", "as_of": "2024-01-01"})
    now = client.get("/search/", {"q": "Birmanie"})

    assert then.context["found"].of("alerts") == []
    assert then.context["found"].of("situations") != []
    assert then.text.count("these are not turned back") == 1
    assert "these are not turned back" not in now.text


def test_reports_and_sources_are_found_by_those_who_may_see_them(client: Client) -> None:
    source, closed = (make.source(name=f"Quarrelsome gazette of lighthouses, {word}") for word in ("open", "closed"))
    read = make.report(source=source, title="Lighthouses, read")
    make.report(source=closed, title="Lighthouses, hidden", sensitivity=Sensitivity.CONFIDENTIAL)
    make.report(source=closed, title="Lighthouses, unread", kind=Report.Kind.ENTRY)

    found = client.get("/search/", {"q": "lighthouses"}).context["found"]
    assert [row.pk for row in found.of("reports")] == [read.pk]
    assert [row.pk for row in found.of("sources")] == [source.pk]
    for kind in ("reports", "sources"):
        page = client.get("/search/", {"q": "lighthouses", "in": kind})
        assert ">1 result<" in page.text
        assert not any(f"ighthouses, {word}" in page.text for word in ("closed", "hidden", "unread"))

    client.force_login(make.person(Role.CODER))
    assert (total(client, "reports"), total(client, "sources")) == (3, 2)


def test_a_report_is_found_from_the_day_it_was_public(client: Client) -> None:
    make.report(title="Lighthouses")

    assert total(client, "reports", as_of="2024-05-31") == 0
    assert total(client, "reports", as_of="2024-06-01") == 1


def test_a_mistyped_country_is_offered_as_a_question_on_its_page_too(client: Client) -> None:
    page = client.get("/search/", {"q": "Kolombia", "in": "countries"})

    assert "No country is called so" in page.text
    assert 'href="/countries/COL/"' in page.text


def test_many_results_take_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    pieces(OF_EACH + 1)
    outbox.alert()

    with django_assert_max_num_queries(8):
        client.get("/search/", {"q": "Myanmar"})
    with django_assert_max_num_queries(3):
        client.get("/search/", {"q": "lighthouses", "in": "evidence"})
