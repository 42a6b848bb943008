"""What stands beside an index: its interval, what stands out, the day seen otherwise, another published method."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from indicators import assess, methods
from indicators.models import MethodVersion, Snapshot
from people.permissions import Role
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")
EARLY: dict[str, Any] = {"event_on": dt.date(2023, 12, 5), "known_on": dt.date(2023, 12, 10)}


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def score() -> None:
    assess.score_all(at=make.NOW, day=make.TODAY)


def page(client: Client, query: str = "") -> str:
    return " ".join(client.get(f"/countries/MMR/{query}").text.split())


def test_the_interval_stands_beside_the_index_in_words(client: Client) -> None:
    for code in ("7.14", "1.1", "9.1"):
        make.accepted(indicator=make.indicator(code))
    score()
    stored = Snapshot.objects.get(country__iso3="MMR")

    text = page(client)

    told = re.search(
        r'between <span class="num">([\d.]+)</span> and <span class="num">([\d.]+)</span> if sources', text
    )
    assert told is not None
    assert told.groups() == (f"{stored.interval_low:.1f}", f"{stored.interval_high:.1f}")
    assert 'class="bar interval"' in text


def test_where_nothing_adds_no_interval_says_that_it_is_surely_nothing(client: Client) -> None:
    make.accepted(severity=0)
    score()

    assert 'class="bar interval"' not in page(client)
    assert "0 to 0" not in client.get("/?assessed=1").text


def test_the_history_has_its_band_and_its_column(client: Client) -> None:
    make.accepted(**EARLY)
    score()

    text = page(client)

    assert '<th scope="col" class="num">Interval, hindsight</th>' in text
    assert '"name":"interval' in text


def test_a_fall_through_age_alone_is_told_as_stale_evidence(client: Client) -> None:
    for code in ("8.1", "7.14", "1.1"):
        make.accepted(indicator=make.indicator(code), **EARLY)
    score()

    text = page(client)

    assert "The evidence has gone stale." in text
    assert "through age alone: no new evidence since 10 December 2023" in text
    assert "by ageing alone" in text


def test_where_numbers_of_series_came_in_it_is_not_age_alone(client: Client) -> None:
    for code in ("8.1", "7.14", "1.1"):
        make.accepted(indicator=make.indicator(code), **EARLY)
    given.series_values(1, least=0)  # it moves no index, and yet it came in
    score()

    text = page(client)

    assert "through age: no new evidence since 10 December 2023" in text
    assert "alone" not in text.partition('id="flags"')[0].partition("Change over 90 days")[2].partition("</div>")[0]
    assert "age alone" not in text


@pytest.mark.parametrize(("severity", "is_stale"), [(1, False), (0, True)])
def test_what_a_reader_may_not_see_came_in_all_the_same(client: Client, severity: int, is_stale: bool) -> None:
    for code in ("1.1", "2.1", "7.14", "7.1"):
        make.accepted(indicator=make.indicator(code), severity=4, **EARLY)
    make.confidential(severity=severity, reliability="D", credibility=4)
    score()

    text = page(client)

    assert ("by ageing alone" in text) is is_stale
    assert "new since" not in text
    assert "no new evidence since" not in text


def test_one_voice_is_named_to_who_may_see_all_that_it_says(client: Client) -> None:
    body = make.family("loud-body")
    make.accepted(family=body), make.accepted(family=body, indicator=make.indicator("1.1"))
    score()
    assert "Body loud-body gives 100 of every 100 points" in page(client)

    make.confidential(family=body, indicator=make.indicator("9.1"))
    score()

    assert "One body gives 100 of every 100 points" in page(client)
    client.force_login(make.person(Role.ADMIN))
    assert "Body loud-body gives 100 of every 100 points" in page(client)


def test_a_rapid_change_leads_to_what_moved_it(client: Client) -> None:
    make.accepted(**EARLY)
    for code in ("1.1", "2.1", "3.1", "4.1", "5.1", "9.1", "9.2", "11.1", "11.2"):
        for _ in range(3):
            make.accepted(indicator=make.indicator(code), severity=4, reliability="A", credibility=1)
    score()

    text = page(client)

    assert "<strong>Rapid change.</strong> The index rose by" in text
    assert 'href="#moved"' in text
    assert "Myanmar" in client.get("/").text.partition("points or more in")[2].partition("</ul>")[0]


def test_the_list_of_rapid_changes_names_the_alarm_of_the_method_in_use(client: Client) -> None:
    score()
    before = client.get("/").text
    methods.publish(overrides={"alarm_points": 6, "alarm_days": 60}, note="made up for a test", at=make.NOW)
    score()

    assert "Up by 5 points or more in 90 days" in before
    assert "Up by 6 points or more in 60 days" in client.get("/").text


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("blackout", "Reports about Myanmar fell to 2 in 90 days where 11 were usual, while the level did not fall."),
        ("unknown", "too few reports are here to say whether it has gone quiet"),
        ("usual", 'as usual <span class="soft small">2 reports in 90 days'),
        ("", "not looked at"),
    ],
)
def test_how_much_is_reported_is_told_and_unknown_is_not_usual(client: Client, state: str, told: str) -> None:
    make.accepted()
    score()
    given = Snapshot.objects.get(country__iso3="MMR")
    given.pk, given.input_digest = None, f"{state:x<64}"
    given.reporting, given.reports_recent, given.reports_expected = state, 2, 11.2
    given.save(force_insert=True)
    given.country.standings.update(snapshot=given)

    text = page(client)

    assert told in text
    assert ("Silence is no sign of calm" in text) is (state == "blackout")
    assert ("2 where 11 were usual" in client.get("/").text) is (state == "blackout")


def test_another_day_is_shown_in_three_ways(client: Client) -> None:
    make.accepted(event_on=dt.date(2024, 1, 5), known_on=dt.date(2024, 1, 10))
    make.accepted(event_on=dt.date(2024, 1, 6), known_on=dt.date(2024, 6, 1), indicator=make.indicator("1.1"))
    score()

    then = client.get("/countries/MMR/?as_of=2024-02-01").context["ways"]
    text = page(client, "?as_of=2024-02-01")

    assert then.shown == "known_then"
    assert 0 < then.known_then.overall < then.hindsight.overall
    assert "This installation had published nothing about Myanmar by the end of 1 February 2024." in text
    assert "<strong>known then</strong>" in text
    assert "With what was public on that day, and nothing later." in text
    assert "See the day in hindsight" in text


def test_hindsight_is_labelled_and_one_click_from_what_was_known_then(client: Client) -> None:
    make.accepted(**EARLY)
    score()

    answer = client.get(f"/countries/MMR/?as_of=2024-02-01&known_at={dt.datetime.now(dt.UTC).date()}")

    assert answer.context["ways"].shown == "hindsight"
    assert "<strong>hindsight</strong>" in answer.text
    assert "With all that is known now of what had happened by then." in answer.text
    assert 'href="?as_of=2024-02-01"' in answer.text
    assert "as_of=" not in answer.text.partition(">Back to ")[0].rpartition("<a ")[2]


def test_of_today_known_then_and_hindsight_are_the_same_and_said_once(client: Client) -> None:
    make.accepted(**EARLY)
    score()
    today = dt.datetime.now(dt.UTC).date()

    text = page(client, f"?as_of={today}")

    assert "<strong>today</strong>" in text
    assert "With all that is public now. Known then and hindsight are the same." in text
    assert "<strong>known then</strong>" not in text
    assert '<dt>Known now <span class="tag">this page</span></dt>' in text
    assert "<dt>Hindsight" not in text
    assert f'aria-label="Two ways to see {today:%-d %B %Y}"' in text


def test_what_was_published_on_a_day_is_told_with_its_run_and_method(client: Client) -> None:
    make.accepted(**EARLY)
    score()
    stored = Snapshot.objects.select_related("run", "method").get(country__iso3="MMR")

    text = page(client, "?as_of=2024-07-02")

    assert f"run {stored.run_id} of 1 July 2024, 12:00 UTC, method {stored.method}" in text
    assert f'index <span class="num">{stored.overall:.1f}</span> <span class="soft small">what stood' in text


def test_a_day_on_which_nothing_was_known_yet_tells_what_is_known_of_it_now(client: Client) -> None:
    make.accepted(event_on=dt.date(2024, 1, 5), known_on=dt.date(2024, 6, 1))
    score()

    found = client.get("/countries/MMR/?as_of=2024-02-01")

    assert "This does not mean that the risk is low" in found.text
    assert (found.context["ways"].known_then.overall, found.context["ways"].known_then.level) == (None, None)
    assert found.context["ways"].hindsight.overall > 0
    assert 'aria-label="Three ways to see 1 February 2024"' in found.text


def test_the_current_view_has_no_other_ways(client: Client) -> None:
    make.accepted()
    score()

    assert client.get("/countries/MMR/").context["ways"] is None


def test_two_published_methods_stand_beside_each_other_with_the_reason(client: Client) -> None:
    make.accepted()
    score()
    old = MethodVersion.objects.get()
    later = make.NOW + dt.timedelta(days=1)
    methods.publish(overrides={"Wcommon": 0.5, "Wspec": 0.5}, note="equal halves, to see", at=later)
    assess.score_all(at=later, day=make.TODAY)

    for query in ("", "?as_of=2024-06-15"):
        text = page(client, query)
        assert f"By another published method, {old}:" in text
        assert "equal halves, to see" in text
        assert f'href="/method/#version-{old.sha256[:8]}"' in text
        assert "<code>Wcommon</code></th><td>0.6</td><td>0.5</td>" in text


def test_one_published_method_stands_alone(client: Client) -> None:
    make.accepted()
    score()

    assert "another published method" not in page(client)
