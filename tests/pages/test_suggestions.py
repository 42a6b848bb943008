"""The queue of suggestions: what it shows, to whom, and what a decision leads to."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from indicators import deciding
from indicators.models import Evidence, Suggestion, SuggestionDecision, SuggestionRun
from people.models import User
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from reports.models import Family
from tests import make
from tests.suggested import report_of, suggestion
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")
NOT_ABOUT = {"reason": "not about this indicator"}


@pytest.fixture
def reviewer(client: Client) -> User:
    person = make.person(Role.REVIEWER)
    client.force_login(person)
    return person


def typed(page: Any, row: Suggestion, **changes: str) -> dict[str, str]:
    """What a browser sends for this card: everything prefilled, and what was changed."""
    card = next(card for card in page.context["cards"] if card.suggestion == row)
    return {field.name: str(field.value()) for field in card.form} | changes


def decide(client: Client, row: Suggestion, verb: str, query: str = "", **fields: str) -> Any:
    return client.post(f"/suggestions/{row.pk}/{verb}/{query}", fields, follow=True)


def state(row: Suggestion) -> str:
    row.refresh_from_db()
    return row.state


def test_shows_one_passage_in_its_report_with_a_card_for_each_suggestion(client: Client, reviewer: User) -> None:
    text = "Before it. The made-up militia burned the made-up market. After it."
    report = make.report(text=text, sensitivity=Sensitivity.INTERNAL)
    passage = make.passage(report, text="The made-up militia burned the made-up market.", start=11, end=57)
    weak = suggestion(passage, code="2.3", strength=0.2, phrase_start=4, phrase_end=19)
    strong = suggestion(passage, code="7.14", strength=0.8, phrase_start=12, phrase_end=26)
    suggestion()

    page = client.get("/suggestions/")

    assert [card.suggestion for card in page.context["cards"]] == [strong, weak]
    marks = re.findall(r'<mark class="(.*?)" data-places="(.*?)">(.*?)</mark>', page.text)
    assert marks == [
        ("phrase", "2", "made-up "),
        ("phrase phrase-current", "1 2", "militia"),
        ("phrase phrase-current", "1", " burned"),
    ]
    assert page.context["surroundings"] == ("Before it. ", " After it.")
    for said in (report.title, report.source.name, report.url, strong.indicator.description, "internal"):
        assert said in page.text
    assert page.context["progress"] == {"total": 2, "decided": 0}


def test_says_that_a_coding_note_is_our_summary(client: Client, reviewer: User) -> None:
    suggestion(make.passage(make.report(kind="coding_note")))

    assert "Our summary; read the original" in client.get("/suggestions/").text


def test_no_word_of_a_report_is_markup(client: Client, reviewer: User) -> None:
    text = "<b>bold</b> & <script>alert(1)</script> said nobody"
    family = Family.objects.create(slug="marked-up", name='<u>F</u> "quoted"')
    row = suggestion(
        make.passage(make.report(text=text, title="<i>T</i>")), phrase_start=3, phrase_end=7, family=family
    )

    page = client.get("/suggestions/").text

    assert "&lt;b&gt;</span>" not in page
    assert ">bold</mark>&lt;/b&gt; &amp; &lt;script&gt;" in page
    assert "<i>T" not in page
    assert '<option value="marked-up" selected>&lt;u&gt;F&lt;/u&gt; &quot;quoted&quot;</option>' in page
    assert f'<option value="{row.indicator.code}" selected>' in page
    assert " style=" not in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []


def test_an_offset_beyond_the_passage_marks_what_there_is(client: Client, reviewer: User) -> None:
    row = suggestion(phrase_start=0, phrase_end=5000)

    assert f">{row.passage.text}</mark>" in client.get("/suggestions/").text


def test_accepting_as_it_is_leads_to_the_next_with_an_undo_and_rings(
    client: Client, reviewer: User, bell: Bell, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first, following, _ = report_of(3)
    form = typed(client.get("/suggestions/"), first)

    with django_capture_on_commit_callbacks(execute=True):
        page = decide(client, first, "accept", **form)

    assert state(first) == "accepted"
    assert page.context["current"] == following
    assert page.context["progress"] == {"total": 3, "decided": 1}
    assert page.context["last"].suggestion_id == first.pk
    assert f'action="/suggestions/decisions/{page.context["last"].pk}/undo/' in page.text
    assert bell.rung == 1


def test_a_changed_field_is_recorded_as_a_change(client: Client, reviewer: User) -> None:
    row = suggestion()
    page = client.get("/suggestions/")
    changes = {"severity": "4", "indicator": "2.3", "country": "SDN", "event_on": "2024-05-02", "claim": "verified"}

    decide(client, row, "accept", **typed(page, row, **changes))

    evidence = Evidence.objects.get()
    assert (evidence.indicator.code, evidence.country.iso3, evidence.severity) == ("2.3", "SDN", 4)
    assert set(row.decisions.get().changes) == {*changes, "dating"}
    assert evidence.dating == "", "how the machine set its day says nothing of another day"
    assert state(row) == "changed"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"event_on": "2024-06-02"}, "not after the report"),
        ({"event_on": "1944-12-31"}, "from 1945-01-01 on"),
        ({"event_on": "2024-13-45"}, "which is no day"),
        ({"event_key": "~w"}, "Wanted small letters"),
        ({"severity": "9"}, "not in the list"),
        ({"sensitivity": "3"}, "not in the list"),
        ({"note": "nul \x00"}, "NUL"),
    ],
)
def test_what_cannot_stand_is_said_beside_the_field_and_nothing_typed_is_lost(
    client: Client, reviewer: User, changes: dict[str, str], said: str
) -> None:
    row = suggestion()
    form = typed(client.get("/suggestions/"), row, group="a made-up group", **changes)

    page = decide(client, row, "accept", **form)

    assert (page.status_code, state(row)) == (400, "waiting")
    assert said in page.text
    assert 'value="a made-up group"' in page.text


def test_the_same_fact_twice_is_refused_on_the_card(client: Client, reviewer: User) -> None:
    first = suggestion()
    twin = suggestion(first.passage, code="2.3")
    form = typed(client.get("/suggestions/"), twin, indicator="7.14")
    decide(client, first, "accept")

    page = decide(client, twin, "accept", **form)

    assert (page.status_code, state(twin)) == (400, "waiting")
    assert "Found the same passage, indicator, event and day already" in page.text


def test_one_button_rejects_with_a_reason(client: Client, reviewer: User, bell: Bell) -> None:
    row, following, _ = report_of(3)

    page = decide(client, row, "reject", **NOT_ABOUT)

    assert (state(row), row.decisions.get().reason) == ("rejected", NOT_ABOUT["reason"])
    assert page.context["current"] == following
    assert "Reason: not about this indicator." in page.text
    assert bell.rung == 0


@pytest.mark.parametrize("reason", ["", "no", "x" * 501, "nul \x00 here"])
def test_a_rejection_without_a_proper_reason_is_refused(client: Client, reviewer: User, reason: str) -> None:
    row = suggestion()

    page = decide(client, row, "reject", reason=reason)

    assert "Not rejected. Found" in page.text
    assert state(row) == "waiting"


def test_undo_brings_the_suggestion_back_and_then_offers_the_one_before(
    client: Client, reviewer: User, bell: Bell, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first, second, _ = report_of(3)
    decide(client, first, "reject", **NOT_ABOUT)
    page = decide(client, second, "accept")

    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/suggestions/decisions/{page.context['last'].pk}/undo/", follow=True)

    assert (state(second), Evidence.objects.get().status) == ("waiting", "retracted")
    assert page.context["current"] == second
    assert "waits again. Its evidence is retracted." in page.text
    assert page.context["last"].suggestion_id == first.pk
    assert bell.rung == 1


def test_what_was_changed_stands_in_the_form_again_after_an_undo(client: Client, reviewer: User) -> None:
    row = suggestion()
    page = client.get("/suggestions/")
    page = decide(client, row, "accept", **typed(page, row, severity="4", group="a made-up group"))

    page = client.post(f"/suggestions/decisions/{page.context['last'].pk}/undo/", follow=True)

    form = typed(page, row)
    assert (form["severity"], form["group"], form["indicator"]) == ("4", "a made-up group", "7.14")
    decide(client, row, "accept", **form)
    assert set(row.decisions.latest("pk").changes) == {"severity", "group"}


def test_undo_of_anothers_or_an_older_decision_is_refused_kindly(client: Client, reviewer: User) -> None:
    row = suggestion()
    anothers = deciding.reject(suggestion_id=row.pk, by=make.person(Role.ADMIN), at=clock.now(), **NOT_ABOUT)

    page = client.post(f"/suggestions/decisions/{anothers.pk}/undo/", follow=True)

    assert "Not taken back. Decision" in page.text
    assert "only that person can take it back" in page.text
    assert page.context["last"] is None
    assert state(row) == "rejected"


def test_a_decision_of_this_morning_is_no_longer_offered_to_a_slip_of_a_key(client: Client, reviewer: User) -> None:
    row = suggestion()
    long_ago = clock.now() - dt.timedelta(hours=2)
    deciding.reject(suggestion_id=row.pk, by=reviewer, at=long_ago, **NOT_ABOUT)

    assert client.get("/suggestions/").context["last"] is None


def test_the_second_of_two_is_told_and_goes_on_with_the_next(client: Client, reviewer: User) -> None:
    row, following, _ = report_of(3)
    form = typed(client.get("/suggestions/"), row)
    quick = make.person(Role.PUBLISHER, name="Quick Person")
    deciding.accept(suggestion_id=row.pk, by=quick, changes=None, at=clock.now(), installation_day=make.TODAY)

    for page in (decide(client, row, "accept", **form), decide(client, row, "reject", **NOT_ABOUT)):
        assert page.redirect_chain, "nothing was typed that would have to be shown"
        assert "Quick Person decided this a moment ago: accepted." in page.text
        assert page.context["current"] == following
    assert SuggestionDecision.objects.count() == Evidence.objects.count() == 1


def test_what_the_second_had_typed_is_shown_to_be_kept(client: Client, reviewer: User) -> None:
    row, following, last = report_of(3)
    form = typed(client.get("/suggestions/"), row, note="a long made-up thought", severity="4", event_on="nonsense")
    deciding.reject(suggestion_id=row.pk, by=make.person(Role.ADMIN), at=clock.now(), **NOT_ABOUT)

    accepting = decide(client, row, "accept", **form)
    rejecting = decide(client, row, "reject", reason="a made-up reason of my own")

    assert accepting.status_code == rejecting.status_code == 409
    assert accepting.context["current"] == following
    assert f'href="/suggestions/?item={last.pk}"' in accepting.text, "a skip leads out of the refused address"
    for kept in ("a long made-up thought", "4: extreme", "nonsense"):
        assert kept in accepting.text
    assert "a made-up reason of my own" in rejecting.text


def test_skipping_goes_through_the_queue_and_round(client: Client, reviewer: User) -> None:
    rows = report_of(4, per_passage=2)
    seen, address = [], "/suggestions/"
    for _ in range(5):
        page = client.get(address)
        card = next(card for card in page.context["cards"] if card.is_current)
        seen.append(card.suggestion)
        address = f"/suggestions/{card.skip}"

    assert seen == [*rows, rows[0]]


def test_an_old_address_of_a_decided_one_leads_to_the_next(client: Client, reviewer: User) -> None:
    row, following, _ = report_of(3)
    decide(client, row, "reject", **NOT_ABOUT)

    assert client.get(f"/suggestions/?item={row.pk}").context["current"] == following


def test_filters_stand_in_the_address_and_outlast_a_decision(client: Client, reviewer: User) -> None:
    suggestion()
    first, second = suggestion(iso3="SDN"), suggestion(iso3="SDN")

    page = client.get("/suggestions/?country=SDN")
    assert page.context["current"] == first
    assert "2 of 3 wait under these filters" in page.text
    page = decide(client, first, "reject", "?country=SDN", **NOT_ABOUT)
    assert (page.context["current"], page.context["count"]) == (second, 1)
    page = client.get(f"/suggestions/?report={second.passage.report_id}&country=SDN")
    assert page.context["current"] == second
    assert "Nothing waits under these filters" in client.get("/suggestions/?country=NAM").text


@pytest.mark.parametrize("query", ["?item=x", "?item=99999999999999999", "?after=-1", "?country=%00", "?report=x"])
def test_odd_addresses_show_the_queue(client: Client, reviewer: User, query: str) -> None:
    row = suggestion()

    assert client.get(f"/suggestions/{query}").context["current"] == row


def test_an_empty_queue_says_what_to_do(client: Client, reviewer: User) -> None:
    make.report()
    broken = make.report()
    for hours in (1, 25):
        at = clock.now() - dt.timedelta(hours=hours)
        SuggestionRun.objects.create(report=broken, lexicon="test", searched_at=at, failure="ValueError")

    page = client.get("/suggestions/").text

    assert "No suggestion waits for a decision" in page
    assert "1 report still to be searched" in page
    assert "1 report could not be searched; that is tried again every day" in page
    for address in ("/reports/new/", "/sources/"):
        assert f'href="{address}"' in page


def test_both_queues_show_both_counts_and_the_header_leads_where_something_waits(
    client: Client, reviewer: User
) -> None:
    header = '<li><a href="/{}/"'
    make.proposed()
    assert header.format("review") in client.get("/status/").text
    for row in report_of(3):
        assert state(row) == "waiting"

    for address in ("/suggestions/", "/review/"):
        page = client.get(address).text
        assert 'Suggested by the machine <span class="tag num">3</span>' in page
        assert 'Proposed by people <span class="tag num">1</span>' in page
        assert header.format("suggestions") in page


def test_a_form_with_a_mistake_sent_under_other_filters_is_answered(client: Client, reviewer: User) -> None:
    row = suggestion()
    suggestion(iso3="UKR")
    form = typed(client.get("/suggestions/?country=MMR"), row, event_on="nonsense")

    assert decide(client, row, "accept", query="?country=UKR", **form).status_code == 400
    assert state(row) == "waiting"
