"""Marks along a country's history: what its reader may see, none later than its day, alike in list and table."""

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from alerts.models import Signal
from alerts.views.marks import marks_of
from indicators import assess
from indicators.history_marks import Numbered
from indicators.models import Evidence
from people.permissions import Role
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
LATER = {"day": make.TODAY + dt.timedelta(days=30), "known_on": make.TODAY + dt.timedelta(days=30)}
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def event(name: str = "made-up", **fields: Any) -> Evidence:
    defaults: dict[str, Any] = {"event_key": name, "severity": 4, "event_on": dt.date(2024, 2, 3)}
    evidence = make.accepted(**(defaults | fields))
    assess.score_all(at=make.NOW, day=make.TODAY)
    return evidence


def marked(client: Client, query: str = "") -> tuple[Numbered, ...]:
    cache.clear()
    found: tuple[Numbered, ...] = client.get(f"/countries/MMR/{query}").context["marks"]
    return found


def test_a_named_grave_event_is_marked_on_its_first_day_and_leads_to_its_factor(client: Client) -> None:
    event()
    event(event_on=dt.date(2024, 3, 1))

    (one,) = marked(client)

    assert (one.number, one.mark.kind, one.mark.day) == (1, "event", dt.date(2024, 2, 3))
    assert one.mark.words == f"{make.indicator().label} (2 pieces of evidence, the last of 1 March 2024)"
    assert one.mark.href == "#factor-7"
    assert 'id="factor-7"' in client.get("/countries/MMR/").text


@pytest.mark.parametrize(
    ("areas", "said"),
    [
        (("", ""), " (2 pieces"), (("Kachin", ""), ", in Kachin (2 pieces"),
        (("Shan", "Kachin"), ", in Kachin and Shan (2 pieces"), (("Kachin", "Shan", "Rakhine"), " (3 pieces"),
    ],
)  # fmt: skip
def test_an_event_is_told_by_its_sign_and_place_and_never_by_the_key_of_coders(
    client: Client, areas: tuple[str, ...], said: str
) -> None:
    for area in areas:
        event("mmr-key-of-coders", admin1=area)

    (one,) = marked(client)
    page = client.get("/countries/MMR/")

    assert one.mark.words.startswith(f"{make.indicator().label}{said}")
    assert one.mark.words in page.text
    assert "mmr-key-of-coders" not in page.text.split('id="history-head"')[1].split("</section>")[0]


@pytest.mark.parametrize("fields", [{"severity": 3}, {"name": ""}, {"polarity": Evidence.Polarity.MITIGATION}])
def test_what_is_mild_or_has_no_name_or_mitigates_is_no_mark(client: Client, fields: dict[str, Any]) -> None:
    event(**fields)

    assert marked(client) == ()


def test_an_event_of_evidence_that_a_reader_may_not_see_is_no_mark_for_them(client: Client) -> None:
    make.accepted(indicator=make.indicator("1.1"))
    hidden = make.confidential(event_key="hidden-event", severity=4, event_on=dt.date(2024, 2, 3))
    assess.score_all(at=make.NOW, day=make.TODAY)

    text = client.get("/countries/MMR/").text
    assert hidden.event_key not in text
    assert marked(client) == ()

    client.force_login(make.person(Role.ADMIN))
    assert [one.mark.kind for one in marked(client)] == ["event"]


def test_no_mark_is_later_than_the_day_of_the_page(client: Client) -> None:
    event("early", event_on=dt.date(2023, 1, 1), known_on=dt.date(2023, 1, 2))
    event("late", event_on=dt.date(2024, 5, 1), known_on=dt.date(2024, 5, 2))
    event("told-late", event_on=dt.date(2023, 2, 1), known_on=dt.date(2024, 5, 2))

    assert len(marked(client)) == 3
    assert [one.mark.day for one in marked(client, "?as_of=2024-01-31")] == [dt.date(2023, 1, 1)]


def test_list_and_table_have_the_same_numbers(client: Client) -> None:
    event("one")
    event("two", event_on=dt.date(2024, 4, 5))

    page = client.get("/countries/MMR/")

    said = "; ".join(row[-1] for row in page.context["chart"].rows if row[-1] != "–")
    assert [one.number for one in page.context["marks"]] == [1, 2]
    assert all(one.said in said for one in page.context["marks"])
    assert '<li value="2">' in page.text


def test_alerts_and_signals_of_the_country_are_marked_in_words() -> None:
    alert = outbox.alert()
    outbox.alert(iso3="SDN")

    one, other = marks_of(make.country(), **LATER)

    assert (one.kind, one.words, one.href) == ("alert", "a level that rose, LOW to ELEVATED", f"/alerts/{alert.pk}/")
    assert (other.kind, other.words) == ("signal", "level up, LOW to ELEVATED")
    assert other.href == "/signals/?country=MMR"


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"is_dry_run": True}])
def test_what_did_not_go_out_to_anybody_is_no_mark(fields: dict[str, Any]) -> None:
    outbox.alert(**fields)

    assert [one.kind for one in marks_of(make.country(), **LATER)] == ["signal"]


@pytest.mark.parametrize(("earlier", "count"), [("day", 0), ("known_on", 0), ("", 2)])
def test_alerts_and_signals_wait_for_both_the_day_and_the_knowledge(earlier: str, count: int) -> None:
    outbox.alert()
    days = LATER | ({earlier: make.NOW.date() - DAY} if earlier else {})

    assert len(marks_of(make.country(), **days)) == count


def test_a_withdrawal_is_said_once_it_was_known() -> None:
    outbox.alert(withdrawn_at=make.NOW + 3 * DAY)

    then = marks_of(make.country(), day=make.NOW.date(), known_on=make.NOW.date())

    assert "withdrawn" not in then[0].words
    assert marks_of(make.country(), **LATER)[0].words.endswith(", withdrawn since")


def test_signals_of_one_kind_and_day_are_one_mark_that_names_no_evidence() -> None:
    of = [make.confidential(), make.confidential()]
    snapshot = outbox.snapshot()
    for evidence in of:
        Signal.objects.create(
            country=snapshot.country, kind=Signal.Kind.TRIGGER, from_level=3, to_level=3, before=None, after=snapshot,
            evidence=evidence, is_historic=False, found_at=make.NOW,
        )  # fmt: skip

    (one,) = marks_of(make.country(), **LATER)

    assert one.words == "new trigger evidence at ELEVATED, 2 times"
