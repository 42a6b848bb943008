"""Every source asked at once, live, and those in trouble on the pages that show it."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.permissions import Role
from r2p_dashboard import clock
from reports.models import Report, Retrieval, Source
from tests import make
from tests.pages.test_sources import STAFF, nothing_rings_on, off, retrieval, row_of, sign_in, source

pytestmark = pytest.mark.usefixtures("reference")
__all__ = ["nothing_rings_on"]  # a fixture
HOUR = dt.timedelta(hours=1)


def asked(client: Client) -> str:
    """Where asking for all leads to."""
    return client.post("/sources/fetch-all/")["Location"]


def address(*rows: Retrieval) -> str:
    return f"/sources/fetched/?of={','.join(str(row.pk) for row in rows)}"


# --- asking ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [None, *Role])
def test_staff_ask_for_every_source_that_is_on(client: Client, role: Role | None) -> None:
    if role is not None:
        sign_in(client, role)
    on = [source(), source()]
    off()

    answer = client.post("/sources/fetch-all/")
    assert answer.status_code == (302 if role is None or role in STAFF else 403)
    assert set(Retrieval.objects.values_list("source", flat=True)) == (
        {one.pk for one in on} if role in STAFF else set()
    )
    assert ("Fetch all 2 that are on now" in client.get("/sources/").text) == (role in STAFF)


def test_asking_twice_leads_to_the_same_round(client: Client) -> None:
    sign_in(client, Role.CODER)
    source()

    assert asked(client) == asked(client)
    assert client.get("/sources/fetch-all/").status_code == 405


def test_with_nothing_on_the_page_says_what_to_do(client: Client) -> None:
    sign_in(client, Role.ADMIN)
    off()

    assert "Fetch all" not in client.get("/sources/").text
    assert "Switch one on at its page." in client.get(asked(client)).text


# --- the round ---------------------------------------------------------------------------------------------
def test_a_round_fills_itself_with_and_without_scripts(client: Client) -> None:
    sign_in(client, Role.CODER)
    source()
    place = asked(client)
    page = client.get(place).text

    assert "1 of 1 still to come" in page
    assert ">not yet known<" in page
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    piece = client.get(place, headers={"HX-Request": "true"}).text
    assert (piece.count("<main"), piece.lstrip().startswith('<div id="round"')) == (0, True)


def test_what_came_of_each_source_is_counted_and_why_is_said(client: Client) -> None:
    good = retrieval(
        source(name="Good"), items_new=3, items_same=4, items_changed=1, items_failed=1, items_left_out=2,
        problems=[{"place": "item 7", "reason": "day: found 2024-13-45; wanted one that exists"}],
    )  # fmt: skip
    bad = retrieval(source(name="Bad"), state="failed", reason="status: found 410; wanted 200")
    sign_in(client, Role.CODER)

    page = client.get(address(good, bad)).text
    counts = "".join(f'<td class="num">{count}</td>' for count in (11, 3, 4, 1, 1, 2))
    assert page.count(counts) == 2  # the source's own, and all together
    for words in ("All 2 ended, 1 of them in failure", "found 410", "item 7: day: found 2024-13-45"):
        assert words in page
    assert 'hx-trigger="every 2s"' not in page
    assert ">not known<" in page


def test_a_page_that_asks_again_gets_a_new_piece_only_when_there_is_news(client: Client) -> None:
    row = retrieval(source(), state="asked")
    sign_in(client, Role.CODER)
    place = f"{address(row)}&seen=as0"

    assert client.get(place, headers={"HX-Request": "true"}).status_code == 204
    Retrieval.objects.filter(pk=row.pk).update(state="failed", reason="gone", finished_at=clock.now())
    assert "ended, 1 of them in failure" in client.get(place, headers={"HX-Request": "true"}).text


def test_what_one_may_not_see_is_left_out_and_nonsense_is_nothing(client: Client) -> None:
    hidden = retrieval(source(name="Hidden"), about={"sensitivity": 3})
    sign_in(client, Role.CODER)

    for place in (address(hidden), "/sources/fetched/", "/sources/fetched/?of=x,-1,,99999999999999999999,7"):
        answer = client.get(place)
        assert (answer.status_code, "Nothing was asked for" in answer.text) == (200, True)


def test_what_was_left_out_above_the_cap_is_said(client: Client) -> None:
    row = retrieval(source(), items_new=5, items_left_out=7, items_over_cap=7)
    sign_in(client, Role.CODER)

    assert "7 new reports were left out" in client.get(f"/retrievals/{row.pk}/").text


@pytest.mark.parametrize("count", [3, 30])
def test_a_round_needs_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    rows = [retrieval(source()) for _ in range(count)]
    sign_in(client, Role.CODER)

    with django_assert_max_num_queries(4):
        assert client.get(address(*rows)).status_code == 200


# --- in trouble --------------------------------------------------------------------------------------------
def in_trouble(hours: float, **fields: Any) -> Source:
    """One whose last success is so long ago."""
    one = source(**fields)
    retrieval(one, ago=hours * HOUR)
    return one


@pytest.mark.parametrize(("hours", "word"), [(1, ""), (4, ">in trouble<"), (11, ">dead<")])
def test_a_source_turns_yellow_then_red_on_every_page(client: Client, hours: float, word: str) -> None:
    one = in_trouble(hours)
    sign_in(client, Role.CODER)

    for said in (row_of(client, one), client.get("/status/").text, client.get(f"/sources/{one.slug}/").text):
        assert (">in trouble<" in said, ">dead<" in said) == (word == ">in trouble<", word == ">dead<")
    assert ("Every source that is on answers" in client.get("/status/").text) == (not word)


def test_what_a_dead_source_brought_stays_and_its_age_is_marked(client: Client) -> None:
    one = in_trouble(11)
    make.report(source=one, kind=Report.Kind.DATASET)

    for page in ("/sources/", "/status/"):
        table = client.get(page).text
        start = table.index("<tbody>", table.index('aria-label="Sources"'))
        assert ">stale<" in table[start : table.index("</tbody>", start)]


@pytest.mark.parametrize("count", [3, 30])
def test_the_status_page_needs_no_more_queries_for_many_in_trouble(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        in_trouble(11)
    sign_in(client, Role.ADMIN)

    with django_assert_max_num_queries(39):
        client.get("/status/")
