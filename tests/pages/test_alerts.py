"""The archive of alerts, the page of one, and the block on a country's page."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.models import Alert, AlertReason, Signal, Verdict
from indicators import assess
from indicators.models import Evidence
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make
from tests.alerts import outbox, rounds

pytestmark = pytest.mark.usefixtures("reference")
EVERYBODY = (None, *Role)
PUBLISHERS = {Role.PUBLISHER, Role.ADMIN}
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def publisher(client: Client) -> User:
    user = make.person(Role.PUBLISHER, name="Pia Publisher")
    client.force_login(user)
    return user


def reason(of: Alert, evidence: Evidence, text: str = "Synthetic reason") -> AlertReason:
    order = of.reasons.count() + 1
    return AlertReason.objects.create(alert=of, order=order, text=text, grade=evidence.grade, evidence=evidence)


def make_confidential(evidence: Evidence) -> None:
    Report.objects.filter(pk=evidence.passage.report_id).update(sensitivity=Sensitivity.CONFIDENTIAL)


def signed_in(client: Client, role: Role | None) -> Client:
    if role is not None:
        client.force_login(make.person(role))
    return client


# --- the archive ---------------------------------------------------------------------------------------------
def test_an_empty_archive_says_what_it_means(client: Client) -> None:
    text = client.get("/alerts/").text

    assert "No alert has been released here." in text
    assert "It does not mean that no country is at risk" in text
    assert "No change has been found." in text
    assert '<link rel="alternate" type="application/atom+xml"' in text


def test_released_alerts_stand_latest_first_and_say_what_has_expired(client: Client) -> None:
    outbox.alert(headline="First and over", valid_until=dt.date(2024, 9, 1))
    outbox.alert(iso3="SDN", headline="Second and valid", released_at=make.NOW + DAY, valid_until=dt.date(2999, 1, 1))

    page = client.get("/alerts/")

    assert [line.alert.headline for line in page.context["lines"]] == ["Second and valid", "First and over"]
    assert [line.is_expired for line in page.context["lines"]] == [False, True]
    assert page.text.count("level-elevated") >= 2
    assert page.text.count(">expired ") == 1
    assert "valid until <time" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("?country=SDN", 1), ("?country=FRA", 0), ("?level=high", 1), ("?level=severe", 0),
        ("?year=2024", 1), ("?country=MMR&level=elevated&year=2024", 1), ("?country=&level=&year=&page=9", 2),
    ],
)  # fmt: skip
def test_the_address_chooses_from_the_archive(client: Client, query: str, found: int) -> None:
    outbox.alert()
    later = make.NOW + 366 * DAY
    outbox.alert(iso3="SDN", level=4, decided_by=make.person(Role.PUBLISHER), released_at=later)

    page = client.get(f"/alerts/{query}")

    assert (page.status_code, len(page.context["lines"])) == (200, found)
    assert ("No released alert fits" in page.text) is (found == 0)


@pytest.mark.parametrize("query", ["?country=XXX", "?level=low", "?year=1066", "?country=%00", "?year=next"])
def test_what_is_no_filter_is_said_and_lists_nothing(client: Client, query: str) -> None:
    outbox.alert()

    page = client.get(f"/alerts/{query}")

    assert (page.status_code, page.context["lines"]) == (400, [])
    assert "is not in this list" in page.text or "message-error" in page.text


def test_pages_of_the_archive_keep_their_filters(client: Client) -> None:
    for _ in range(31):
        outbox.alert()

    page = client.get("/alerts/?country=MMR")

    assert len(page.context["lines"]) == 30
    assert "?country=MMR&amp;page=2" in page.text


@pytest.mark.parametrize("role", EVERYBODY)
def test_drafts_and_refusals_are_only_for_those_who_release(client: Client, role: Role | None) -> None:
    made_by = {"decided_by": make.person(Role.ADMIN), "decided_at": make.NOW, "decision_reason": "Synthetic"}
    waiting, refused = (
        outbox.alert(state="draft", headline="A draft"),
        outbox.alert(iso3="SDN", state="refused", **made_by),
    )
    signed_in(client, role)

    archive = client.get("/alerts/").text
    pages = [client.get(f"/alerts/{row.pk}/").status_code for row in (waiting, refused)]

    assert ("Waiting for release" in archive) is ("A draft" in archive) is (role in PUBLISHERS)
    assert (f'href="/alerts/{waiting.pk}/"' in archive) is (role in PUBLISHERS)
    assert pages == ([200, 200] if role in PUBLISHERS else [404, 404])


def test_signals_say_what_the_rule_made_of_them(client: Client) -> None:
    sent = outbox.alert()
    Verdict.objects.create(signal=sent.signal, rule="AR-1", reason="the level rose", judged_at=make.NOW)
    kept = Signal.objects.create(
        country=make.country("SDN"), kind=Signal.Kind.LEVEL_DOWN, from_level=4, to_level=3, is_historic=True,
        after=outbox.snapshot(iso3="SDN"), found_at=make.NOW + DAY,
    )  # fmt: skip
    Verdict.objects.create(signal=kept, rule="AR-1", reason="alerts warn of a rise", judged_at=make.NOW)

    page = client.get("/alerts/")

    assert [line.signal for line in page.context["signals"]] == [kept, sent.signal]
    assert "Not sent. Alerts warn of a rise." in page.text
    assert "level down" in page.text
    assert page.text.count(">historic<") == 1
    assert f'An alert was released: <a href="/alerts/{sent.pk}/">' in page.text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_the_archive_do_not_grow(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        outbox.alert()
        outbox.alert(state="draft")
    with django_assert_max_num_queries(13):  # one of them what was said about them later
        client.get("/alerts/")


# --- one alert -----------------------------------------------------------------------------------------------
def test_an_alert_says_what_why_how_sure_and_by_whom(client: Client) -> None:
    row = outbox.alert(what_changed="It rose.", how_sure="Quite.", not_known="A lot.", can_be_done="Something.")
    evidence = make.accepted()
    reason(row, evidence, "What was seen")

    text = client.get(f"/alerts/{row.pk}/").text

    for said in (
        "It rose.",
        "Quite.",
        "A lot.",
        "Something.",
        "What was seen",
        "by rule",
        "medium",
        str(row.snapshot.method),
    ):
        assert said in text
    assert f'href="/evidence/{evidence.pk}/"' in text
    assert 'href="/countries/MMR/?as_of=2024-06-30&amp;known_at=2024-06-30"' in text


def test_a_reason_whose_evidence_was_closed_is_withheld_from_who_may_not_see_it(client: Client) -> None:
    row, evidence = outbox.alert(), make.accepted()
    reason(row, evidence, "A name that was public once")
    reason(row, make.proposed(), "Not accepted any more")
    make_confidential(evidence)

    text = client.get(f"/alerts/{row.pk}/").text
    client.force_login(make.person(Role.CODER))

    assert text.count("Withheld: the evidence behind this reason is not open to you.") == 2
    assert not re.search(r"public once|Not accepted|/evidence/\d", text)
    assert "A name that was public once" in client.get(f"/alerts/{row.pk}/").text


def test_a_reason_that_was_retracted_says_so(client: Client) -> None:
    row, evidence = outbox.alert(), make.accepted()
    reason(row, evidence)
    values = {"retracted_at": make.NOW + DAY, "retracted_by": make.person(), "retraction_reason": "wrong"}
    Evidence.objects.filter(pk=evidence.pk).update(status="retracted", **values)

    assert "Retracted since:" in client.get(f"/alerts/{row.pk}/").text


@pytest.mark.parametrize("role", EVERYBODY)
def test_names_and_words_of_a_publisher_are_for_staff_and_mails_for_those_who_watch(
    client: Client, role: Role | None
) -> None:
    by = make.person(Role.PUBLISHER, name="Pia Publisher")
    row = outbox.alert(decided_by=by, decision_reason="Spoke to a person in place")
    for _ in range(2):
        outbox.delivery(row)

    text = signed_in(client, role).get(f"/alerts/{row.pk}/").text

    is_staff = role not in {None, Role.READER, Role.FOCAL_POINT}
    assert "a publisher" in text
    assert ("Pia Publisher" in text) is ("Spoke to a person" in text) is is_staff
    assert ("2 mails waiting to be sent" in text) is (role in PUBLISHERS)


@pytest.mark.parametrize("address", ["/alerts/0/", "/alerts/99999999999999999999/", "/alerts/x/"])
def test_what_is_no_alert_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_an_alert_do_not_grow_with_its_mails(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    row, waiting = outbox.alert(), outbox.alert(iso3="SDN", state="draft")
    for _ in range(count):
        outbox.delivery(row)
        reason(waiting, make.accepted())
    with django_assert_max_num_queries(16):  # two of them the header's counts of drafts and notices, three the answers
        client.get(f"/alerts/{row.pk}/")
    with django_assert_max_num_queries(21):  # publishers see who would get it, too
        client.get(f"/alerts/{waiting.pk}/")


# --- every page ----------------------------------------------------------------------------------------------
def test_no_inline_style_or_script_and_no_id_twice(client: Client, publisher: User) -> None:
    row, released = outbox.alert(state="draft", headline="<script>alert(1)</script>"), outbox.alert(iso3="SDN")
    reason(row, make.accepted(), "<b onclick=x>")

    for address in ("/alerts/", f"/alerts/{row.pk}/", f"/alerts/{released.pk}/"):
        text = client.get(address).text
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert not re.search(r'<[^>]*\s(style|on\w+)="|<script>|<style(?! id=)', text), address
        assert len(ids) == len(set(ids)), address


def test_what_the_machine_wrote_stands_there_as_it_wrote_it(client: Client, publisher: User) -> None:
    row = rounds.alert()

    text = client.get(f"/alerts/{row.pk}/").text

    assert row.what_changed in text
    assert text.count(">The evidence<") == row.reasons.exclude(evidence=None).count() > 0
    assert not re.search("prediction|probability of|threat score", text.lower())


# --- on the country's page -----------------------------------------------------------------------------------
def test_a_country_shows_its_own_alerts_and_signals_up_to_the_day_it_shows(client: Client) -> None:
    make.accepted(known_on=dt.date(2024, 6, 1))
    assess.score_all(at=make.NOW, day=make.TODAY)
    row, other = outbox.alert(headline="Sent in July"), outbox.alert(iso3="SDN", headline="Of another")

    def shown(query: str = "") -> list[bool]:
        text = client.get(f"/countries/MMR/{query}").text
        return [row.headline in text, other.headline in text, "No alert has been sent about" in text]

    assert shown() == [True, False, False]
    assert shown("?as_of=2024-07-01") == [True, False, False]
    assert shown("?as_of=2024-06-30&known_at=2024-06-30") == [False, False, True]


def test_a_country_that_is_not_assessed_any_more_keeps_its_ledger(client: Client) -> None:
    outbox.alert(iso3="FRA", headline="Sent once")

    assert "Sent once" in client.get("/countries/FRA/").text
