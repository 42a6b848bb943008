"""Feeds of a country or region, their pages, and what becomes of an entry after its release."""

import datetime as dt

import feedparser
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Alert
from people.permissions import Sensitivity
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
SITE = "https://warnings.example"
LATER = make.NOW + dt.timedelta(days=3)


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = SITE


def titles(client: Client, address: str) -> list[str]:
    return [entry.title for entry in feedparser.parse(client.get(address).content).entries]


def test_a_country_and_its_regions_have_feeds_of_their_own(client: Client) -> None:
    outbox.alert(iso3="SDN", headline="One")
    outbox.alert(iso3="MMR", headline="Other")

    assert titles(client, "/alerts/country/SDN.atom") == titles(client, "/alerts/country/sdn.atom")
    assert titles(client, "/alerts/country/SDN.atom") == ["ELEVATED: Sudan: One"]
    assert (
        titles(client, "/alerts/region/2.atom") == titles(client, "/alerts/region/15.atom") == ["ELEVATED: Sudan: One"]
    )
    assert titles(client, "/alerts/region/150.atom") == []


def test_each_feed_has_its_own_id_and_address(client: Client) -> None:
    addresses = ["/alerts/feed.atom", "/alerts/country/SDN.atom", "/alerts/region/2.atom", "/alerts/region/15.atom"]
    feeds = [feedparser.parse(client.get(address).content).feed for address in addresses]

    assert [feed.id for feed in feeds] == [
        f"tag:warnings.example,2026:alerts{end}" for end in ("", "-SDN", "-region-2", "-region-15")
    ]
    assert [link.href for feed in feeds for link in feed.links if link.rel == "self"] == [
        SITE + one for one in addresses
    ]


@pytest.mark.parametrize("address", ["/alerts/country/XXX.atom", "/alerts/region/999.atom"])
def test_what_is_no_country_or_region_has_no_feed(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_older_alerts_are_on_the_next_page_and_every_one_is_somewhere(client: Client) -> None:
    rows = [outbox.alert() for _ in range(31)]
    first = feedparser.parse(client.get("/alerts/country/MMR.atom").content)
    (following,) = [link.href for link in first.feed.links if link.rel == "next"]
    second = feedparser.parse(client.get(following.removeprefix(SITE)).content)

    seen = [entry.link for page in (first, second) for entry in page.entries]
    assert seen == [f"{SITE}/alerts/{row.pk}/" for row in reversed(rows)]
    assert {link.rel for link in second.feed.links} == {"alternate", "self", "first", "previous"}
    assert first.feed.id == second.feed.id


@pytest.mark.parametrize("page", ["0", "x", "-1", "1001", "٣", "99999"])
def test_a_page_that_cannot_be_is_not_there(client: Client, page: str) -> None:
    assert client.get(f"/alerts/feed.atom?page={page}").status_code == 404


def test_a_withdrawn_alert_stays_and_says_so(client: Client) -> None:
    row = outbox.alert(withdrawn_at=LATER)
    outbox.alert(kind="withdrawal", corrects=row, released_at=LATER, headline="It was wrong")

    entry = feedparser.parse(client.get("/alerts/feed.atom").content).entries[1]

    assert entry.title.startswith("Withdrawn: ELEVATED: Myanmar")
    assert entry.updated == LATER.isoformat()
    assert "Withdrawn on 2024-07-04." in entry.content[0].value
    assert "Withdrawal of an alert:" in entry.content[0].value


def test_a_superseded_alert_names_what_took_its_place(client: Client) -> None:
    row = outbox.alert()
    higher = outbox.alert(supersedes=row, released_at=LATER)
    before, after = reversed(feedparser.parse(client.get("/alerts/feed.atom").content).entries)

    assert before.title.startswith("Superseded: ")
    assert f'<a href="{SITE}/alerts/{higher.pk}/">alert {higher.pk}</a>' in before.content[0].value
    assert before.updated == LATER.isoformat()
    assert after.title.startswith("ELEVATED")


def test_a_correction_goes_with_its_alert_when_that_is_withdrawn_or_superseded(client: Client) -> None:
    taken, lower = outbox.alert(), outbox.alert(iso3="SDN")
    first = outbox.alert(kind="correction", corrects=taken)
    second = outbox.alert(iso3="SDN", kind="correction", corrects=lower)
    outbox.alert(kind="withdrawal", corrects=taken, released_at=LATER)
    Alert.objects.filter(pk=taken.pk).update(withdrawn_at=LATER)
    outbox.alert(iso3="SDN", supersedes=lower, released_at=LATER)
    after = outbox.alert(kind="correction", corrects=taken, released_at=LATER)

    entries = {entry.link: entry for entry in feedparser.parse(client.get("/alerts/feed.atom").content).entries}

    told = [entries[f"{SITE}/alerts/{row.pk}/"] for row in (first, second, after)]
    begun = ["Withdrawn: ", "Superseded: ", "Correction of an alert: "]
    assert [one.title.startswith(words) for one, words in zip(told, begun, strict=True)] == [True] * 3
    assert "Withdrawn on 2024-07-04." in told[0].content[0].value
    assert told[0].updated == told[1].updated == LATER.isoformat()


def test_neither_practice_nor_what_is_not_public_is_in_any_feed(client: Client) -> None:
    outbox.alert(is_dry_run=True)
    outbox.alert(sensitivity=Sensitivity.INTERNAL)

    assert titles(client, "/alerts/feed.atom") == titles(client, "/alerts/country/MMR.atom") == []


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    for _ in range(count):
        outbox.alert(corrects=None)
    with django_assert_num_queries(6):
        client.get("/alerts/country/MMR.atom")
    with django_assert_num_queries(6):
        client.get("/alerts/region/142.atom")


def test_the_pages_tell_feed_readers_where_the_feeds_are(client: Client) -> None:
    row = outbox.alert(iso3="SDN")
    wanted = 'type="application/atom+xml"'

    for page in ("/", "/alerts/", "/alerts/follow/"):
        assert wanted in client.get(page).text, page
    for page in ("/countries/SDN/", f"/alerts/{row.pk}/", "/situations/sudan/"):
        assert 'href="/alerts/country/SDN.atom"' in client.get(page).text, page


def test_one_page_lists_every_feed(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        page = client.get("/alerts/follow/").text

    assert page.count("/alerts/country/") == 195
    assert page.count("/alerts/region/") == 5 + 17  # five regions, and the sub-regions in which a State is
