"""Burundi in docs/methodology.md is Burundi as the country's page and the API show it."""

import csv
import io

import pytest
from django.test import Client

from indicators import assess, coding, note_coding
from indicators.models import Evidence
from people.permissions import Role
from reports.ingest import About, read_waiting, receive
from tests import make
from tests.docs.cases import burundi
from tests.docs.naive.score import Numbers
from tests.docs.page import ROOT, chapter, said
from tests.docs.test_methodology import BURUNDI

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(reference: None) -> None:
    """The two notes on Burundi, coded, accepted and scored."""
    coder = make.person(Role.CODER)
    for path in sorted((ROOT / "indicators/demonstration").glob("coi-burundi-*.toml")):
        receive(
            reader="coding-note", payload=path.read_bytes(), about=About(), file_name=path.name, at=make.NOW,
            asked_by=coder,
        )  # fmt: skip
    read_waiting(at=make.NOW)
    note_coding.code_waiting(at=make.NOW, installation_day=make.TODAY)
    coding.accept_all(evidence=Evidence.objects.all(), by=make.person(Role.REVIEWER), at=make.NOW)
    assess.score_all(at=make.NOW, day=make.TODAY)


@pytest.mark.usefixtures("demonstration")
def test_its_rows_are_what_the_api_prints_in_that_order(client: Client) -> None:
    text = client.get("/api/v1/evidence/?country=BDI&format=csv").text
    found = [
        (r["indicator"], r["event"], r["family"], r["grade"], int(r["severity"]), r["polarity"], r["event_on"],
         r["known_at"][:10], r["retracted_at"])
        for r in csv.DictReader(io.StringIO(text))
    ]  # fmt: skip

    assert found == [
        (row.indicator, row.event, row.family, row.grade, row.severity, "risk" if row.polarity > 0 else "mitigation",
         row.event_on.isoformat(), row.known_on.isoformat(), "")
        for row in burundi().rows
    ]  # fmt: skip


@pytest.mark.usefixtures("demonstration")
def test_its_numbers_are_what_the_api_prints(client: Client) -> None:
    page = {name: float(value) for name, value in said(chapter(BURUNDI)).items()}
    found = scored(client) | explained(client)
    shared = {name for name in found if name in page}

    assert len(shared) >= 45
    assert {name: found[name] for name in shared} == pytest.approx({name: page[name] for name in shared}, abs=5.1e-7)


def scored(client: Client) -> Numbers:
    """The score, its factors and indicators under the names of the document."""
    score = client.get("/api/v1/countries/BDI/score/").json()
    found = {"R": score["index"], "K": score["coverage"], "cannot exclude": score["cannot_exclude"]}
    found |= {f"interval, {end}": score["interval"][end] for end in ("low", "high")}
    for factor in (one for one in score["factors"] if one["value"] is not None):
        found |= {f"F{factor['number']}": factor["value"], f"K{factor['number']}": factor["coverage"]}
        for one in (one for one in factor["indicators"] if one["value"] is not None):
            found |= {f"x({one['code']})": one["value"], f"κ({one['code']})": one["coverage"]}
    return found


def explained(client: Client) -> Numbers:
    """What the index is made of, and what moved it."""
    contributions, breakdown, change = (
        client.get(f"/api/v1/countries/BDI/{name}/").json() for name in ("contributions", "breakdown", "change")
    )
    found = {f"points({_row(one)})": one["points"] for one in contributions["results"]}
    for one in breakdown["results"]:
        found[f"fresh({_row(one)})" if one["event"] else f"{one['kind']}({one['indicator']})"] = one["points"]
    causes = (one for one in change["results"] if one["factor"] is None)
    return found | {f"change({one['cause']})": one["points"] for one in causes} | {"R before": change["index_before"]}


def _row(one: dict[str, str]) -> str:
    return f"{one['indicator']}, {one['event']}, {one['family']}"


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", "index 5.2 so far, coverage 5 of 100"),
        ("factors/1/", "strength 48 of 100 · adds +1.6 points"),
        ("", "it would be 27.3"),
        ("", "What stands out"),
        ("", "What the index is made of"),
        ("", "What moved the index"),
        ("", "The three profiles"),
    ],
)
def test_its_page_says_what_the_document_says_it_does(client: Client, page: str, words: str) -> None:
    shown = " ".join(client.get(f"/countries/BDI/{page}").text.split())
    document = " ".join(chapter(BURUNDI).split())

    assert words in shown
    assert words.removeprefix("it would be ") in document
