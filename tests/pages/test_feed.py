"""The Atom feed: RFC 4287's musts, only what is public, and 304 for who has it already."""

import datetime as dt
from collections.abc import Iterator
from xml.etree import ElementTree

import feedparser
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.desk import withdraw
from alerts.models import Alert, AlertReason
from indicators import coding
from indicators.models import Evidence
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
FEED = "/alerts/feed.atom"
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://warnings.example:8443"


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL, settings.INSTALLATION_NAME = SITE, "Warnings & <more>"


def reason(of: Alert, evidence: Evidence, text: str) -> None:
    order = of.reasons.count() + 1
    AlertReason.objects.create(alert=of, order=order, text=text, grade=evidence.grade, evidence=evidence)


def elements(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return root.findall(f"{ATOM}{name}")


def parts(body: bytes) -> Iterator[ElementTree.Element]:
    """The feed and each of its entries."""
    root = ElementTree.fromstring(body)
    yield root
    yield from elements(root, "entry")


def musts_broken(part: ElementTree.Element) -> list[str]:
    """What RFC 4287 (4.1.1, 4.1.2, 4.2.6, 3.3) asks for and is not there."""
    wrong = [name for name in ("id", "title", "updated") if len(elements(part, name)) != 1]
    wrong += ["id" for one in elements(part, "id") if not (one.text or "").startswith("tag:warnings.example,2")]
    for one in [*elements(part, "updated"), *elements(part, "published")]:
        wrong += ["date"] if dt.datetime.fromisoformat(one.text or "").tzinfo is None else []
    for link in elements(part, "link"):
        wrong += [] if link.get("href", "").startswith(f"{SITE}/") else ["link"]
    alternates = [link.get("type") for link in elements(part, "link") if link.get("rel", "alternate") == "alternate"]
    wrong += [] if alternates.count(None) == 1 and len(alternates) == len(set(alternates)) else ["alternate"]
    wrong += [name for name in ("content", "summary", "subtitle") if len(elements(part, name)) > 1]
    return wrong


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_feed_has_what_the_standard_asks_for(client: Client, count: int) -> None:
    for number in range(count):
        outbox.alert(headline=f"Nº {number} <b> & ]]> \x0b")
    answer = client.get(FEED)

    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed, *entries = parts(answer.content)
    assert [musts_broken(part) for part in (feed, *entries)] == [[]] * (count + 1)
    assert len(entries) == len({entry.findtext(f"{ATOM}id") for entry in entries}) == count
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Warnings & <more>"
    assert [link.get("href") for link in elements(feed, "link") if link.get("rel") == "self"] == [f"{SITE}{FEED}"]


def test_a_reader_of_feeds_understands_it(client: Client) -> None:
    row = outbox.alert(headline="What & why", what_changed="It rose <fast>.", who_is_at_risk="One group.")
    reason(row, evidence := make.accepted(), "What was seen")

    read = feedparser.parse(client.get(FEED).content)

    (entry,) = read.entries
    assert not read.bozo
    assert (read.version, read.feed.link) == ("atom10", f"{SITE}/alerts/")
    assert entry.link == f"{SITE}/alerts/{row.pk}/"
    assert entry.title == "ELEVATED: Myanmar: What & why"
    assert entry.summary_detail.type == "text/plain"
    assert entry.content[0].type == "text/html"
    assert "It rose &lt;fast&gt;." in entry.content[0].value
    assert "<h2>Who is at risk</h2>\n<p>One group.</p>" in entry.content[0].value
    assert f'<a href="{SITE}/evidence/{evidence.pk}/">What was seen</a>' in entry.content[0].value
    assert entry.updated_parsed[:5] == entry.published_parsed[:5] == (2024, 7, 1, 12, 0)


def test_the_latest_30_released_ones_are_in_it_and_nothing_else(client: Client) -> None:
    rows = [outbox.alert() for _ in range(31)]
    outbox.alert(iso3="SDN", state="draft", headline="A draft")

    read = feedparser.parse(client.get(FEED).content)

    assert [entry.link for entry in read.entries] == [f"{SITE}/alerts/{row.pk}/" for row in reversed(rows[1:])]


@pytest.mark.parametrize("role", [None, Role.ADMIN])
def test_a_reason_that_is_not_public_is_left_out_whoever_asks(client: Client, role: Role | None) -> None:
    if role:
        client.force_login(make.person(role))
    row, closed, withdrawn = outbox.alert(), make.accepted(), make.accepted()
    reason(row, closed, "Secret of a report")
    reason(row, make.confidential(), "Secret of a piece")
    reason(row, withdrawn, "Open to all")
    before = client.get(FEED)
    Report.objects.filter(pk=closed.passage.report_id).update(sensitivity=Sensitivity.INTERNAL)

    after = client.get(FEED, headers={"If-None-Match": before.headers["ETag"]})

    assert "Secret of a report" in before.text
    assert "Secret" not in after.text
    assert "Open to all" in after.text
    assert "2 reasons rest on evidence that is not public" in after.text


def test_who_has_it_already_is_told_so_until_something_changes(client: Client) -> None:
    reason(outbox.alert(), evidence := make.accepted(), "What was seen")
    first = client.get(FEED)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]

    def status(**headers: str) -> int:
        return client.get(FEED, headers=headers).status_code

    assert [status(if_none_match=tag), status(if_none_match='"x"')] == [304, 200]
    assert status(if_none_match=tag, if_modified_since=changed) == 304
    assert client.get(FEED, headers={"If-None-Match": tag}).content == b""
    coding.retract(evidence_id=evidence.pk, by=make.person(Role.ADMIN), reason="a slip", at=make.NOW + dt.timedelta(1))
    assert [status(if_none_match=tag), status(if_modified_since=changed)] == [200, 200]
    assert "Retracted since:" in client.get(FEED).text


def test_who_asks_by_the_day_alone_gets_what_was_hidden_since_taken_out(client: Client) -> None:
    reason(outbox.alert(), evidence := make.accepted(), "Secret of a report")
    changed = client.get(FEED).headers["Last-Modified"]
    Evidence.objects.filter(pk=evidence.pk).update(sensitivity=Sensitivity.CONFIDENTIAL)

    after = client.get(FEED, headers={"If-Modified-Since": changed})

    assert (after.status_code, "Secret" in after.text) == (200, False)


def test_an_entry_keeps_its_id_when_it_changes(client: Client) -> None:
    reason(outbox.alert(), evidence := make.accepted(), "What was seen")
    before = feedparser.parse(client.get(FEED).content).entries[0]
    coding.retract(evidence_id=evidence.pk, by=make.person(Role.ADMIN), reason="a slip", at=make.NOW + dt.timedelta(1))
    after = feedparser.parse(client.get(FEED).content).entries[0]

    assert (before.id, before.published) == (after.id, after.published)
    assert before.updated_parsed < after.updated_parsed


def test_it_is_kept_but_never_shown_without_asking_and_sets_no_cookie(client: Client) -> None:
    answer = client.get(FEED)

    assert answer.headers["Cache-Control"] == "no-cache"
    assert not answer.cookies
    assert client.head(FEED).status_code == 200
    assert client.post(FEED).status_code == 405


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    for _ in range(count):
        reason(outbox.alert(), make.accepted(), "Synthetic")
    with django_assert_num_queries(5):
        client.get(FEED)


def test_a_withdrawn_alert_and_its_withdrawal_say_so_in_their_titles(client: Client) -> None:
    row = outbox.alert(headline="Taken back since")
    by = make.person(Role.PUBLISHER)
    withdraw.withdraw(alert_id=row.pk, by=by, wrong="It was elsewhere", reason="a body wrote", at=make.NOW)

    text = client.get("/alerts/feed.atom").text

    assert "<title>Withdrawn: ELEVATED: Myanmar: Taken back since</title>" in text
    assert "<title>Withdrawal of an alert: ELEVATED: Myanmar:" in text
