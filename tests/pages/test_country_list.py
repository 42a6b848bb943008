"""The country page with much evidence: its list comes in pages, its factors open with the newest pieces."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from indicators import assess
from indicators.models import Evidence
from people.permissions import Role, Sensitivity
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
FIRST = dt.date(2024, 1, 1)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def scored(count: int, code: str = "7.14") -> list[Evidence]:
    """Pieces of evidence on one indicator, oldest first, a day apart, each in its own passage."""
    people: dict[str, Any] = {"coder": make.person(Role.CODER), "by": make.person(Role.REVIEWER)}
    indicator = make.indicator(code)
    rows = [
        make.accepted(indicator=indicator, event_on=FIRST + dt.timedelta(days=day), **people) for day in range(count)
    ]
    assess.score_all(at=make.NOW, day=make.TODAY)
    return rows


def passages(client: Client, query: str = "") -> list[str]:
    return re.findall(r'id="passage-(\d+)"', client.get(f"/countries/MMR/{query}").text)


def test_every_passage_stands_on_one_page_of_the_list() -> None:
    rows, client = scored(60), Client()

    found = [passages(client, f"?page={number}") for number in range(1, 7)]

    assert [len(page) for page in found] == [10] * 6
    assert [int(pk) for page in found for pk in page] == [row.passage_id for row in reversed(rows)]


def test_neighbouring_pages_keep_the_choice_and_the_moment(client: Client) -> None:
    scored(60)

    text = client.get("/countries/MMR/?factor=7&page=2&as_of=2024-06-15&other=x").text

    for page in ("", "&amp;page=3"):
        assert f'href="/countries/MMR/?as_of=2024-06-15&amp;known_at=2024-06-15&amp;factor=7{page}#evidence"' in text
    assert "other=x" not in text.partition('id="evidence"')[2].partition("</nav>")[0]


@pytest.mark.parametrize("page", ["0", "-1", "x", "99", "9" * 40, "²", "\x00"])
def test_a_page_that_is_none_shows_one_that_is(page: str) -> None:
    scored(2)

    assert len(passages(Client(), f"?page={page}")) == 2


@pytest.mark.parametrize("query", ["?factor=x", "?factor=99", "?indicator=%00", "?grade=B", "?grade=%00", "?factor=²"])
def test_a_choice_of_nothing_shows_nothing(query: str) -> None:
    scored(2)

    assert passages(Client(), query) == []


def test_a_factor_opens_with_the_newest_pieces_and_leads_to_all(client: Client) -> None:
    rows = scored(9)

    text = client.get("/countries/MMR/factors/7/").text
    block = text.partition('id="indicator-7.14"')[2].partition("</section>")[0]

    assert re.findall(r'id="evidence-(\d+)"', block) == [str(row.pk) for row in rows[:-6:-1]]
    assert 'href="/countries/MMR/?indicator=7.14#evidence">All 9 pieces on this sign</a>' in block


def test_a_link_to_a_piece_leads_to_where_it_stands(client: Client) -> None:
    scored(40)

    links = re.findall(r'href="(/countries/MMR/factors/\d+/)#([\w.-]+)"', client.get("/countries/MMR/").text)

    assert links
    assert all(f'id="{name}"' in client.get(address).text for address, name in links)


def test_the_place_of_a_piece_stands_before_its_statement(client: Client) -> None:
    (row,) = scored(1)

    text = client.get("/countries/MMR/factors/7/").text
    piece = text.partition('<article class="piece">')[2].partition("</article>")[0]

    assert piece.index(f'id="evidence-{row.pk}"') < piece.index('class="piece-why"')


def test_ten_times_the_evidence_costs_the_same_queries(client: Client) -> None:
    counts = []
    for count in (3, 30):
        scored(count)
        client.get("/countries/MMR/")
        with CaptureQueriesContext(connection) as found:
            client.get("/countries/MMR/")
        counts.append(len(found))

    assert counts[0] == counts[1] <= 4  # the keys of the kept parts, measures, levers


@pytest.mark.parametrize("raised", ["evidence", "report"])
def test_what_becomes_confidential_is_gone_from_a_kept_page_at_once(client: Client, raised: str) -> None:
    (row,) = scored(1)
    assert row.passage.text in client.get("/countries/MMR/").text
    of = row if raised == "evidence" else row.passage.report
    type(of).objects.filter(pk=of.pk).update(sensitivity=Sensitivity.CONFIDENTIAL)

    assert row.passage.text not in client.get("/countries/MMR/").text


def test_printed_points_of_the_factors_add_up_to_the_index(client: Client) -> None:
    scored(40)

    page = client.get("/countries/MMR/")

    assert f"{sum(row.tenths for row in page.context['factors']) / 10:.1f}" == page.context["printed_index"]
    assert 'href="/countries/MMR/breakdown/"' in page.text
