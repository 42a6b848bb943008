"""A country's page: from the level to the passage, and honest where there is nothing."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from countries.templatetags.words import signed
from indicators import assess, coding
from indicators.models import Evidence
from indicators.world import world
from people.permissions import Role
from reports.models import Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
FORBIDDEN = ("prediction", "probability of", "threat score", "guilty", "is committing genocide")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Rendered parts of a page are kept between requests, and so between tests."""
    cache.clear()


def scored(**fields: Any) -> Evidence:
    evidence = make.accepted(**fields)
    assess.score_all(at=make.NOW, day=make.TODAY)
    return evidence


def test_a_reason_leads_to_its_passage(client: Client) -> None:
    evidence = scored()

    assert f'href="/countries/MMR/factors/7/#evidence-{evidence.pk}"' in client.get("/countries/MMR/").text
    text = client.get("/countries/MMR/factors/7/").text
    assert text.count(f'id="evidence-{evidence.pk}"') == 1
    assert evidence.passage.text in text


def test_every_id_stands_once(client: Client) -> None:
    one = make.passage()
    for code in ("7.14", "1.1", "1.2"):
        make.accepted(indicator=make.indicator(code), of=one)
    assess.score_all(at=make.NOW, day=make.TODAY)

    ids = re.findall(r'\sid="([^"]+)"', client.get("/countries/MMR/").text)

    assert len(ids) == len(set(ids))


def test_says_what_the_index_is_not(client: Client) -> None:
    scored()

    text = client.get("/countries/MMR/").text

    assert "not a probability" in text
    assert not [word for word in FORBIDDEN if word in text.lower()]


def test_printed_contributions_add_up_to_the_index(client: Client) -> None:
    for code in ("7.14", "1.1", "12.1"):
        make.accepted(indicator=make.indicator(code))
    assess.score_all(at=make.NOW, day=make.TODAY)

    page = client.get("/countries/MMR/")

    printed = [float(reason.printed) for reason in page.context["profile"].reasons]
    assert f"{sum(printed):.1f}" == page.context["printed_index"]


def test_one_continuing_condition_is_one_piece_with_its_dates(client: Client) -> None:
    of, body = make.passage(), make.family()
    for day in (dt.date(2023, 1, 1), dt.date(2024, 1, 1)):
        make.accepted(of=of, family=body, event_key="siege", event_on=day)
    assess.score_all(at=make.NOW, day=make.TODAY)

    (piece,) = client.get("/countries/MMR/").context["listed"].passages[0].pieces

    assert [row.event_on.year for row in piece.attested] == [2023, 2024]


@pytest.mark.parametrize(("query", "count"), [("", 2), ("?factor=1", 1), ("?indicator=7.14", 1), ("?grade=E9", 0)])
def test_evidence_is_chosen_by_address(client: Client, query: str, count: int) -> None:
    make.accepted(indicator=make.indicator("1.1"))
    make.accepted(indicator=make.indicator("7.14"))
    assess.score_all(at=make.NOW, day=make.TODAY)

    assert client.get(f"/countries/MMR/{query}").context["listed"].count == count


def test_a_coding_note_says_that_it_is_our_summary(client: Client) -> None:
    scored(of=make.passage(make.report(kind=Report.Kind.CODING_NOTE)))

    assert "Our summary; read the original" in client.get("/countries/MMR/").text


def test_a_number_that_is_not_confirmed_says_so(client: Client) -> None:
    scored(indicator=make.indicator("14.1"))
    make.indicator("14.1")

    text = client.get("/countries/MMR/factors/14/").text
    assert "number not confirmed" in text or make.indicator("14.1").number_confirmed


def test_hidden_evidence_is_counted_and_never_shown(client: Client) -> None:
    evidence = make.confidential(of=make.passage(make.report(text="A secret that nobody may read.", bytes=b"secret")))
    assess.score_all(at=make.NOW, day=make.TODAY)

    text = client.get("/countries/MMR/").text

    assert "1 piece of evidence that you may not see" in text
    assert evidence.passage.text not in text
    assert f"evidence-{evidence.pk}" not in text


def test_a_kept_page_never_names_hidden_evidence_that_was_just_retracted(client: Client) -> None:
    make.accepted(indicator=make.indicator("1.1"))
    hidden = make.confidential(family=make.family("secret-body"))
    assess.score_all(at=make.NOW, day=make.TODAY)
    admin = make.person(Role.ADMIN)
    coding.retract(evidence_id=hidden.pk, by=admin, reason="a slip", at=make.NOW + dt.timedelta(minutes=1))
    staff = Client()
    staff.force_login(admin)

    assert "secret-body" in staff.get("/countries/MMR/").text
    assert "secret-body" not in client.get("/countries/MMR/").text


def test_a_coder_sees_what_a_reader_may_not(client: Client) -> None:
    evidence = make.confidential()
    assess.score_all(at=make.NOW, day=make.TODAY)
    client.force_login(make.person(Role.CODER))

    assert evidence.passage.text in client.get("/countries/MMR/").text


def test_a_country_without_evidence_is_not_called_low(client: Client) -> None:
    text = client.get("/countries/FRA/").text

    assert "not assessed" in text
    assert "This does not mean that the risk is low" in text
    assert "level level-low" not in text


def test_too_little_known_is_undetermined_and_explained(client: Client) -> None:
    scored()

    text = client.get("/countries/MMR/").text

    assert "UNDETERMINED" in text
    assert "too little to say low" in text


@pytest.mark.parametrize("iso3", ["MMR", "FRA"])
def test_one_form_turns_the_page_to_another_day_and_the_history_leads_there(client: Client, iso3: str) -> None:
    page = client.get(f"/countries/{iso3}/").text

    assert page.count('type="date" id="day-asked" name="as_of"') == 1
    assert page.count('name="as_of"') == 1
    assert 'id="as-of"' in page
    assert 'href="#as-of"' in page


def test_another_day_shows_only_what_was_known(client: Client) -> None:
    evidence = scored(event_on=dt.date(2023, 1, 1), known_on=dt.date(2024, 6, 1))

    text = client.get("/countries/MMR/?as_of=2024-05-31").text

    assert evidence.passage.text not in text
    assert "As of" in text


def test_a_change_on_its_way_is_said(client: Client) -> None:
    scored()
    make.accepted()

    assert "is being computed anew" in client.get("/countries/MMR/").text


def test_retracted_evidence_is_gone(client: Client) -> None:
    evidence = scored()
    admin = make.person(Role.ADMIN)
    coding.retract(evidence_id=evidence.pk, by=admin, reason="wrong country", at=make.NOW + dt.timedelta(days=1))
    assess.score_all(at=make.NOW + dt.timedelta(days=1), day=make.TODAY)

    assert evidence.passage.text not in client.get("/countries/MMR/").text


def test_small_letters_lead_to_the_one_address(client: Client) -> None:
    assert client.get("/countries/mmr/").headers["Location"] == "/countries/MMR/"


@pytest.mark.parametrize("address", ["/countries/XXX/", "/countries/M/", "/countries/MYANMAR/", "/countries/M%00R/"])
def test_what_is_no_country_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_no_inline_style_or_script(client: Client) -> None:
    scored()

    assert not re.search(r'\sstyle="|\son\w+="|<script>|<style(?! id=)', client.get("/countries/MMR/").text)


def test_text_of_a_passage_cannot_become_markup(client: Client) -> None:
    scored(of=make.passage(make.report(text="<script>alert(1)</script> said nobody"), text="<script>alert(1)</script>"))

    assert "<script>alert" not in client.get("/countries/MMR/").text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow_with_evidence(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    coder, reviewer = make.person(Role.CODER), make.person(Role.REVIEWER)
    for _ in range(count):
        make.accepted(coder=coder, by=reviewer)
    assess.score_all(at=make.NOW, day=make.TODAY)
    client.get("/countries/MMR/")
    with django_assert_max_num_queries(4):  # the two markers, measures, levers
        client.get("/countries/MMR/")


def test_kept_parts_are_never_shown_to_who_may_not_see_them(client: Client) -> None:
    evidence = make.confidential(of=make.passage(make.report(text="A secret that nobody may read.", bytes=b"secret")))
    assess.score_all(at=make.NOW, day=make.TODAY)
    client.force_login(make.person(Role.ADMIN))
    assert evidence.passage.text in client.get("/countries/MMR/").text
    client.logout()

    assert evidence.passage.text not in client.get("/countries/MMR/").text


def test_kept_parts_change_with_what_they_show(client: Client) -> None:
    scored()
    client.get("/countries/MMR/")
    later = scored(of=make.passage(make.report(text="Another passage.", bytes=b"another")))

    assert later.passage.text in client.get("/countries/MMR/").text


def test_what_goes_down_leads_to_its_evidence_too(client: Client) -> None:
    make.accepted(indicator=make.indicator("2.3"))
    evidence = scored(indicator=make.indicator("2.3"), polarity=Evidence.Polarity.MITIGATION, severity=4)

    page = client.get("/countries/MMR/")

    assert page.context["mitigating"] == evidence
    assert f'href="/countries/MMR/factors/2/#evidence-{evidence.pk}"' in page.text


@pytest.mark.parametrize(("role", "offered"), [(Role.READER, False), (Role.CODER, True)])
def test_offers_entry_to_whoever_may_enter(client: Client, role: Role, offered: bool) -> None:
    scored()
    client.force_login(make.person(role))

    assert ("/evidence/new/?country=MMR" in client.get("/countries/MMR/").text) is offered


def test_what_is_known_for_the_first_time_is_not_told_as_a_worsening(client: Client) -> None:
    scored()
    assert "nothing that counts was known 90 days ago" in client.get("/countries/MMR/").text

    make.accepted(event_on=dt.date(2023, 5, 1), known_on=dt.date(2023, 6, 1), indicator=make.indicator("2.3"))
    assess.score_all(at=make.NOW, day=make.TODAY)

    assert "nothing that counts was known" not in client.get("/countries/MMR/").text


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
def test_world_and_country_print_one_figure_for_the_change(client: Client, severity: int) -> None:
    make.accepted(event_on=dt.date(2023, 5, 1), known_on=dt.date(2023, 6, 1), indicator=make.indicator("2.3"))
    scored(severity=severity)
    seen = world(day=make.TODAY, known_on=make.TODAY, is_current=True)
    row = next(row for row in seen.rows if row.country.iso3 == "MMR")
    shown = client.get("/countries/MMR/").text

    assert row.change_printed is not None
    assert f"</span> {signed(row.change_printed)} up</span>" in client.get("/").text
    assert f"{abs(row.change_printed):.1f}" in shown.split("90 days", 1)[1][:400]


def test_a_page_of_an_earlier_day_tells_no_later_decision(client: Client) -> None:
    scored(event_on=dt.date(2023, 1, 1), known_on=dt.date(2023, 6, 1))

    assert "1 July 2024" in client.get("/countries/MMR/").text
    text = client.get("/countries/MMR/?as_of=2024-05-31").text
    assert "1 July 2024" not in text
    assert "none by that day" in text
