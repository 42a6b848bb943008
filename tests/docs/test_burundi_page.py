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
    score = client.get("/api/v1/countries/BDI/score/").json()
    rows = client.get("/api/v1/countries/BDI/contributions/").json()["results"]
    found = {"R": score["index"], "K": score["coverage"], "cannot exclude": score["cannot_exclude"]}
    found |= {"change(aged)": score["change_90_days"]}
    for one in (factor for factor in score["factors"] if factor["value"] is not None):
        found |= {f"F{one['number']}": one["value"], f"K{one['number']}": one["coverage"]}
        known = [indicator for indicator in one["indicators"] if indicator["value"] is not None]
        found |= {f"x({indicator['code']})": indicator["value"] for indicator in known}
    found |= {f"points({row['indicator']}, {row['event']}, {row['family']})": row["points"] for row in rows}
    shared = {name for name in found if name in page}

    assert len(shared) >= 26
    assert {name: found[name] for name in shared} == pytest.approx({name: page[name] for name in shared}, abs=5.1e-7)


@pytest.mark.usefixtures("demonstration")
@pytest.mark.parametrize(
    "words",
    ["index 5.2 so far, coverage 5 of 100", "strength 48 of 100 · adds +1.6 points · structural", "it would be 27.3"],
)
def test_its_page_says_what_the_document_says_it_does(client: Client, words: str) -> None:
    shown = " ".join(client.get("/countries/BDI/").text.split())
    document = " ".join(chapter(BURUNDI).split())

    assert words in shown
    assert words.removeprefix("it would be ").removesuffix(" · structural") in document
