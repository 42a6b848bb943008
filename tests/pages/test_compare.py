"""Countries side by side: asked for in any language, told alike, silence never drawn as low, no order made of them."""

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import assess
from indicators.models import Evidence, Snapshot
from people.permissions import Role
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
PAIR = "/compare/?countries=MMR,SDN"
RANKING = ("rank", "worst", "highest risk", "most at risk", "safest", "safer", "top 5")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def scored(*codes: str, **fields: Any) -> None:
    for code in codes:
        make.accepted(country=make.country(code), **fields)
    assess.score_all(at=make.NOW, day=make.TODAY)


def heads(text: str) -> list[str]:
    return re.findall(r'<th scope="col"><a href="/countries/([A-Z]{3})/', text)


def said(text: str) -> str:
    """The page's words without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2].partition("</main>")[0]).split())


@pytest.mark.parametrize(
    "asked",
    [
        {"countries": "Birmanie,Soudan"},
        {"countries": ["mm", "السودان"]},
        {"countries": ["MMR", "", "SDN", "MMR"]},
        {"countries": "缅甸, Судан"},
    ],
)
def test_any_name_in_any_language_leads_to_the_one_address(client: Client, asked: dict[str, Any]) -> None:
    answer = client.get("/compare/", asked)

    assert (answer.status_code, answer["Location"]) == (302, PAIR)


def test_a_name_with_a_comma_is_one_name(client: Client) -> None:
    answer = client.get("/compare/", {"countries": ["Congo, Dem. Rep.", "MMR"]})

    assert answer["Location"] == "/compare/?countries=COD,MMR"


def test_the_day_is_kept_on_every_way(client: Client) -> None:
    scored("MMR")
    day = "&as_of=2024-06-15&known_at=2024-06-20"

    assert client.get(f"/compare/?countries=MMR&countries=SDN{day}")["Location"] == f"{PAIR}{day}"
    text = client.get(f"{PAIR}{day}").text
    assert f'href="/compare/?countries=SDN{day.replace("&", "&amp;")}"' in text
    assert '<input type="hidden" name="as_of" value="2024-06-15">' in text
    assert f'href="/countries/MMR/?{day[1:].replace("&", "&amp;")}' in text
    assert f'href="/evidence/?country=MMR{day.replace("&", "&amp;")}"' in text


def test_the_order_is_the_one_asked_for_and_nothing_ranks(client: Client) -> None:
    scored("MMR", "MLI")

    assert heads(client.get("/compare/?countries=MMR,SDN,MLI").text) == ["MMR", "SDN", "MLI"]
    assert heads(client.get("/compare/?countries=MLI,MMR").text) == ["MLI", "MMR"]
    assert [word for word in RANKING if word in said(client.get(PAIR).text).lower()] == []


def test_undetermined_and_not_assessed_are_told_apart_and_from_low(client: Client) -> None:
    scored("MMR", severity=1)

    page = client.get(PAIR)

    assert [column.row.assessed for column in page.context["columns"]] == [True, False]
    assert "Undetermined : Myanmar. Some evidence, too little to say low." in said(page.text)
    assert "Not assessed : Sudan. Nobody has entered evidence." in said(page.text)
    assert "level level-low" not in page.text
    assert "level level-minimal" not in page.text
    assert page.text.count('<span class="soft small">not assessed</span>') == 14 + 13


def test_what_is_not_known_is_no_number(client: Client) -> None:
    scored("MMR")

    page = client.get(PAIR)
    sudan = page.context["columns"][1]

    assert {(cell.value, cell.coverage) for cell in sudan.factors} == {(None, None)}
    assert (sudan.row.overall, sudan.course, sudan.leading) == (None, None, ())
    assert page.context["sheet"].rows[1][2:13] == ("not assessed", *["–"] * 8, "0", "–")


def test_each_fact_is_the_one_that_stands(client: Client) -> None:
    scored("MMR", "MLI")

    page = client.get("/compare/?countries=MMR,MLI")
    stored = list(Snapshot.objects.filter(assessed=True).order_by("-country__iso3"))

    assert [column.row.overall for column in page.context["columns"]] == [one.overall for one in stored]
    for column, one in zip(page.context["columns"], stored, strict=True):
        assert [cell.value or 0.0 for cell in column.factors] == one.factors
        assert column.leading[0].number == one.top_factor
        assert column.course.days[-1] == one.as_of


def test_another_day_is_computed_as_known_then(client: Client) -> None:
    scored("MMR")

    before = client.get(f"{PAIR}&as_of=2024-05-31").context["columns"][0]
    after = client.get(f"{PAIR}&as_of=2024-06-01").context["columns"][0]

    assert (before.row.assessed, before.course, before.pieces) == (False, None, 0)
    assert (after.row.assessed, after.pieces, after.course.days[-1]) == (True, 1, dt.date(2024, 6, 1))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "Two to five countries on one scale"),
        ("MMR", "Myanmar alone is chosen; add one to four others."),
    ],
)
def test_too_few_are_helped_on(client: Client, asked: str, words: str) -> None:
    scored("MLI")

    page = client.get(f"/compare/?countries={asked}" if asked else "/compare/")

    assert page.status_code == 200
    assert words in said(page.text)
    assert '<input type="checkbox" name="countries" value="MLI">' in page.text


def test_too_many_are_refused_in_words_with_a_way_out(client: Client) -> None:
    page = client.get("/compare/?countries=MMR,SDN,MLI,UKR,SSD,FIN")

    assert page.status_code == 400
    assert "6 countries are too many to read side by side; wanted 2 to 5." in said(page.text)
    assert 'href="/compare/?countries=MMR,SDN,MLI,UKR,SSD"' in page.text


@pytest.mark.parametrize(
    ("name", "words", "offer"),
    [
        ("Atlantis", "“Atlantis” is no country known here; wanted a name", ""),
        ("Mianmar", "“Mianmar” is no country known here", "/compare/?countries=SDN,MMR"),
        ("Congo", "“Congo” is the name of more than one State; wanted one of them.", "/compare/?countries=SDN,COD"),
        ("Kosovo", "“Kosovo”: a territory or a group of States", ""),
        ("XXX", "“XXX” is no country known here", ""),
        ("<script>alert(1)</script>", "is no country known here", ""),
        ("n" * 5000, "too long for a country", ""),
    ],
)
def test_what_is_no_country_is_answered_with_what_is_wanted(client: Client, name: str, words: str, offer: str) -> None:
    page = client.get("/compare/", {"countries": ["SDN", name]})

    assert page.status_code == 400
    assert words in said(page.text)
    assert offer in page.text
    assert "<script>alert" not in page.text
    assert [country.iso3 for country in page.context["chosen"].countries] == ["SDN"]


def test_two_that_are_known_stand_beside_one_that_is_not(client: Client) -> None:
    page = client.get("/compare/?countries=MMR,SDN,Atlantis")

    assert page.status_code == 400
    assert heads(page.text) == ["MMR", "SDN"]
    assert 'value="Atlantis"' in page.text


def test_an_unreadable_day_is_refused(client: Client) -> None:
    assert client.get(f"{PAIR}&as_of=yesterday").status_code == 400


def test_hidden_evidence_is_counted_apart_and_never_shown(client: Client) -> None:
    make.accepted(severity=2)
    make.confidential(note="marker why", event_key="marker-event")
    scored()

    text = client.get(PAIR).text
    assert "1 piece of evidence and 1 that you may not see" in said(text)
    assert [words for words in ("marker why", "marker-event") if words in text] == []

    client.force_login(make.person(Role.CODER))
    assert "2 pieces of evidence" in said(client.get(PAIR).text)


def test_the_table_is_had_as_a_file(client: Client) -> None:
    scored("MMR")

    page = client.get(PAIR)
    link = re.search(
        r'download="(compared-mmr-sdn-2024-06-30\.csv)" href="data:text/csv;charset=utf-8,([^"]+)"', page.text
    )

    assert link is not None
    rows = unquote(link[2]).splitlines()
    assert rows[0].startswith("Country,ISO code,Level,")
    assert rows[0].endswith(",As of,By what was known on")
    assert [row.partition(",")[0] for row in rows[1:]] == ["Myanmar", "Sudan"]
    assert rows[2].startswith("Sudan,SDN,not assessed,,,,,,,,")


def test_is_found_from_the_world_and_from_a_country(client: Client) -> None:
    scored("MMR")

    assert 'href="/compare/"' in client.get("/").text
    assert 'href="/compare/?countries=MMR"' in client.get("/countries/MMR/").text
    assert 'href="/compare/?countries=SDN"' in client.get("/countries/SDN/").text


@pytest.mark.parametrize("rows", [3, 30])
def test_five_countries_need_few_queries(
    client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        make.accepted(country=make.country(["MMR", "MLI", "UKR"][number % 3]))
    assess.score_all(at=make.NOW, day=make.TODAY)

    with django_assert_max_num_queries(9):
        client.get("/compare/?countries=MMR,SDN,MLI,UKR,SSD")
    with django_assert_max_num_queries(2):  # kept: the States by name, and what these rest on
        client.get("/compare/?countries=MMR,SDN,MLI,UKR,SSD")
    with django_assert_max_num_queries(15):  # scored anew: as the world's page of another day
        client.get("/compare/?countries=MMR,SDN,MLI,UKR,SSD&as_of=2024-06-15")
    with django_assert_max_num_queries(8):
        client.get("/compare/")


def test_a_retracted_piece_leaves_the_count(client: Client) -> None:
    scored("MMR")
    Evidence.objects.update(
        status="retracted", retracted_at=make.NOW, retracted_by=make.person(Role.ADMIN), retraction_reason="wrong"
    )

    assert client.get(f"{PAIR}&as_of=2024-07-02").context["columns"][0].pieces == 0


def test_what_is_kept_changes_with_what_it_rests_on_and_with_the_reader(client: Client) -> None:
    scored("MMR", "SDN")
    hidden = make.confidential(country=make.country("SDN"))
    assess.score_all(at=make.NOW, day=make.TODAY)
    before = said(client.get(PAIR).text)
    assert said(client.get(PAIR).text) == before
    assert "and 1 that you may not see" in before

    client.force_login(make.person(Role.CODER))
    assert "that you may not see" not in said(client.get(PAIR).text)
    client.logout()
    Evidence.objects.filter(pk=hidden.pk).update(
        status="retracted", retracted_at=make.NOW, retracted_by=make.person(Role.ADMIN), retraction_reason="wrong"
    )
    assert "that you may not see" not in said(client.get(PAIR).text)
    assert "2 pieces of evidence" not in before
    make.accepted(country=make.country("MMR"))
    assert "2 pieces of evidence" in said(client.get(PAIR).text)
    assert client.get("/compare/?countries=SDN,MMR").text != client.get(PAIR).text
