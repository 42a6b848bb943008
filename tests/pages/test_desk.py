"""The desk about the queue: filters and order, claims, why a card says what it says, the same event, the document."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import deciding
from indicators.models import Evidence, PassageClaim, Suggestion
from people.models import User
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from tests import make
from tests.suggested import report_of, suggestion

pytestmark = pytest.mark.usefixtures("reference")
NOT_ABOUT = {"reason": "not about this indicator"}


@pytest.fixture
def reviewer(client: Client) -> User:
    person = make.person(Role.REVIEWER)
    client.force_login(person)
    return person


def current(client: Client, query: str = "") -> Suggestion | None:
    found: Suggestion | None = client.get(f"/suggestions/{query}").context["current"]
    return found


def hold(row: Suggestion, by: User, *, minutes_ago: int = 1) -> None:
    at = clock.now() - dt.timedelta(minutes=minutes_ago)
    PassageClaim.objects.claim(passage_id=row.passage_id, by_id=by.pk, at=at)


def typed(page: Any, row: Suggestion, **changes: str) -> dict[str, str]:
    card = next(card for card in page.context["cards"] if card.suggestion == row)
    return {field.name: str(field.value()) for field in card.form} | changes


def test_filters_by_source_factor_and_language(client: Client, reviewer: User) -> None:
    suggestion()
    russian = suggestion(make.passage(make.report(language="ru")))
    specific = suggestion(code="9.1")

    assert current(client, f"?source={russian.passage.report.source.slug}") == russian
    assert current(client, "?language=ru") == russian
    assert current(client, "?factor=9") == specific
    assert current(client, "?factor=9&language=ru") is None


@pytest.mark.parametrize("query", ["?factor=15", "?factor=x", "?source=%00", "?language=%27", "?order=x", "?before=x"])
def test_a_filter_that_is_none_is_left_out(client: Client, reviewer: User, query: str) -> None:
    row = suggestion()

    assert current(client, query) == row


def test_oldest_first_or_strongest_first_and_both_ways(client: Client, reviewer: User) -> None:
    weak, strong, middling = suggestion(strength=0.5), suggestion(strength=0.9), suggestion(strength=0.7)

    assert current(client) == weak
    assert current(client, "?order=strongest") == strong
    assert current(client, f"?order=strongest&after={strong.pk}") == middling
    assert current(client, f"?order=strongest&before={middling.pk}") == strong
    assert current(client, f"?before={middling.pk}") == strong
    assert current(client, f"?before={weak.pk}") == weak, "nothing before: the first"


def test_the_order_outlasts_a_decision(client: Client, reviewer: User) -> None:
    strong, weak = suggestion(strength=0.9), suggestion(strength=0.5)
    middling = suggestion(strength=0.7)

    page = client.post(f"/suggestions/{strong.pk}/reject/?order=strongest", NOT_ABOUT, follow=True)

    assert page.context["current"] == middling
    assert f"after={middling.pk}&amp;order=strongest" in page.text
    assert weak.state == "waiting"


def test_says_since_when_the_oldest_waits(client: Client, reviewer: User) -> None:
    suggestion(suggested_at=clock.now() - dt.timedelta(days=3))
    suggestion()

    assert re.search(r"the oldest since <time [^>]*>3\sdays</time>", client.get("/suggestions/").text)


def test_beyond_a_thousand_nobody_counts(client: Client, reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "COUNTED_MAX", 2)
    report_of(4)

    page = client.get("/suggestions/").text

    assert "2+ wait: filter" in page
    assert '<span class="tag num">2+</span>' in page


def test_who_comes_second_is_led_to_the_next_free_passage(client: Client, reviewer: User) -> None:
    first, second = suggestion(), suggestion()
    hold(first, make.person(Role.PUBLISHER))

    assert current(client) == second
    assert current(client, f"?after={second.pk}") == second, "round to the start, past what is held"
    assert set(PassageClaim.objects.values_list("passage", flat=True)) == {first.passage_id, second.passage_id}


def test_what_is_held_is_shown_with_its_holder_and_may_be_decided(client: Client, reviewer: User) -> None:
    row = suggestion()
    hold(row, make.person(Role.PUBLISHER, name="Holding Person"))

    page = client.get("/suggestions/")
    client.post(f"/suggestions/{row.pk}/accept/")

    row.refresh_from_db()
    assert "Holding Person has this passage in front of them" in page.text
    assert row.state == "accepted"


def test_a_claim_runs_out(client: Client, reviewer: User) -> None:
    row = suggestion()
    suggestion()
    hold(row, make.person(Role.PUBLISHER), minutes_ago=11)

    assert current(client) == row
    assert PassageClaim.objects.get().by == reviewer


def test_taking_over_and_being_told(client: Client, reviewer: User) -> None:
    row, other = suggestion(), make.person(Role.PUBLISHER, name="Slow Person")
    hold(row, other)

    page = client.post(f"/suggestions/{row.pk}/claim/", {"take_over": "1"}, follow=True)

    assert "Taken over" in page.text
    assert page.context["held"] is None
    client.force_login(other)
    renewed = client.post(f"/suggestions/{row.pk}/claim/").json()
    assert renewed == {"is_mine": False, "held_by": reviewer.name}


def test_a_look_ahead_and_a_coders_look_claim_nothing(client: Client, reviewer: User) -> None:
    suggestion()

    client.get("/suggestions/", headers={"X-Queue": "ahead"})
    client.force_login(make.person(Role.CODER))
    client.get("/suggestions/")

    assert not PassageClaim.objects.exists()


def test_in_place_of_a_redirection_comes_the_next_passage_itself(client: Client, reviewer: User) -> None:
    row, following, _ = report_of(3)

    page = client.post(f"/suggestions/{row.pk}/reject/", NOT_ABOUT, headers={"X-Queue": "in-place"})

    assert (page.status_code, page.context["current"]) == (200, following)
    assert page.headers["X-Queue-Address"] == f"/suggestions/?after={row.pk}"


def test_a_card_says_why(client: Client, reviewer: User) -> None:
    text = "The made-up militia burned thousands of made-up markets."
    passage = make.passage(make.report(text=text), end=len(text))
    suggestion(passage, phrase_start=19, phrase_end=26, severity=3)

    page = client.get("/suggestions/").text

    assert "3 (serious: grave in part of the country" in page
    assert "for “burned” with “thousands” in its sentence, a word of scale" in page
    assert "20 May 2024: the day named in the passage" in page
    assert "source&#x27;s grade is B; unchecked, its statement starts at 3" in page


def test_what_mitigates_has_steps_of_its_own(client: Client, reviewer: User) -> None:
    suggestion(polarity=-1)

    assert "2 (it works in part) for" in client.get("/suggestions/").text


def test_the_paragraph_before_and_after_stand_about_the_passage(client: Client, reviewer: User) -> None:
    text = "First, made up.\n\nSecond, made up.\n\nThird starts. The passage. Third ends.\n\nFourth.\n\nFifth."
    start = text.index("The passage.")
    suggestion(make.passage(make.report(text=text), text="The passage.", start=start, end=start + 12))

    before, after = client.get("/suggestions/").context["surroundings"]

    assert before == "Second, made up.\n\nThird starts. "
    assert after == " Third ends.\n\nFourth."


def test_the_same_event_as_one_near_gives_its_name(client: Client, reviewer: User) -> None:
    make.accepted(event_key="mmr-made-up", event_on=dt.date(2024, 5, 18))
    make.accepted(event_key="long-ago", event_on=dt.date(2023, 1, 1))
    make.accepted(event_key="elsewhere", country=make.country("SDN"), event_on=dt.date(2024, 5, 18))
    row = suggestion()

    page = client.get("/suggestions/")
    names = [event.key for event in page.context["cards"][0].form.events]
    client.post(f"/suggestions/{row.pk}/accept/", typed(page, row, same_event="mmr-made-up"))

    assert names == ["mmr-made-up"]
    assert Evidence.objects.latest("pk").event_key == "mmr-made-up"


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"same_event": "unheard-of"}, "not in the list"), ({"same_event": "near", "event_key": "other"}, "two events")],
)
def test_an_event_that_cannot_be_is_refused(client: Client, reviewer: User, fields: dict[str, str], said: str) -> None:
    make.accepted(event_key="near", event_on=dt.date(2024, 5, 18))
    row = suggestion()

    page = client.post(f"/suggestions/{row.pk}/accept/", typed(client.get("/suggestions/"), row, **fields))

    assert (page.status_code, said in page.text) == (400, True)


def test_the_last_ten_decisions_can_each_be_taken_back(client: Client, reviewer: User) -> None:
    rows = report_of(12)
    for row in rows[:11]:
        client.post(f"/suggestions/{row.pk}/reject/", NOT_ABOUT)

    page = client.get("/suggestions/")
    offered = [decision.suggestion_id for decision in page.context["decisions"]]
    fifth = page.context["decisions"][5]
    client.post(f"/suggestions/decisions/{fifth.pk}/undo/")

    assert offered == [row.pk for row in rows[10:0:-1]]
    assert Suggestion.objects.get(pk=fifth.suggestion_id).state == "waiting"


def test_the_whole_document_with_the_passage_marked(client: Client, reviewer: User) -> None:
    report = make.report(text="Before it. <b>The passage.</b> After it.")
    row = suggestion(make.passage(report, text="<b>The passage.</b>", start=11, end=30))

    page = client.get(f"/suggestions/{row.pk}/document/?order=strongest").text

    assert 'Before it. <mark id="here" tabindex="-1">&lt;b&gt;The passage.&lt;/b&gt;</mark> After it.' in page
    assert f'href="/suggestions/?item={row.pk}&amp;order=strongest"' in page


def test_a_document_above_ones_clearance_is_not_there(client: Client, reviewer: User) -> None:
    row = suggestion(make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))

    assert client.get(f"/suggestions/{row.pk}/document/").status_code == 404
    assert client.post(f"/suggestions/{row.pk}/claim/").status_code == 404


def test_what_is_left_is_counted_by_kind_with_a_way_into_the_queue(client: Client, reviewer: User) -> None:
    suggestion()
    suggestion(make.passage(make.report(language="ru")), code="9.1", iso3="SDN")
    hidden = suggestion(make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))

    page = client.get("/suggestions/left/")

    tables = {by: {line.name: (line.count, line.query) for line in lines} for by, lines in page.context["tables"]}
    assert page.context["count"] == 2
    assert tables["country"]["Sudan"] == (1, "?country=SDN")
    assert tables["language"]["Russian"] == (1, "?language=ru")
    assert [query for _, query in tables["factor"].values()] == ["?factor=7", "?factor=9"]
    assert hidden.passage.report.title not in page.text
    assert "1 more waits, that you are not cleared to see" in page.text


def test_what_was_rejected_is_found_with_its_reason(client: Client, reviewer: User) -> None:
    one, again, waiting = report_of(3)
    hidden = suggestion(make.passage(make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)))
    for row in (one, again):
        deciding.reject(suggestion_id=row.pk, by=reviewer, reason=f"no fact in {row.pk}", at=make.NOW)
    deciding.undo(decision_id=again.decisions.get().pk, by=reviewer, at=make.NOW)
    deciding.reject(suggestion_id=again.pk, by=reviewer, reason="a wish", at=make.NOW)
    Suggestion.objects.filter(pk=hidden.pk).update(state="rejected")

    page = client.get("/suggestions/rejected/")

    shown = [(row.suggestion, row.reason) for row in page.context["page"]]
    assert shown == [(again, "a wish"), (one, f"no fact in {one.pk}")]
    assert "a wish" in page.text
    assert waiting.indicator.label not in page.text
    assert client.get("/suggestions/rejected/?country=SDN").context["page"].paginator.count == 0


@pytest.mark.parametrize("rows", [3, 30])
@pytest.mark.parametrize(
    ("path", "most"),
    [("", 10), ("?order=strongest&factor=7", 10), ("left/", 12), ("rejected/", 6), ("{}/document/", 5)],
)
def test_needs_few_queries(
    client: Client, reviewer: User, rows: int, path: str, most: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    made = report_of(rows)
    for row in made[:2]:
        client.post(f"/suggestions/{row.pk}/reject/", NOT_ABOUT)

    with django_assert_max_num_queries(most):  # two of them for the session and the person; left/: one for unread scans
        client.get(f"/suggestions/{path.format(made[-1].pk)}")
