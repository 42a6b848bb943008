"""What a page of a past day counts and was retracted since: marked wherever it is shown."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client

from indicators import coding
from indicators.models import Evidence
from people.permissions import Role
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")
THEN = "?as_of=2024-06-25&known_at=2024-06-25"
MARK = "retracted since, on 28 June 2024"
COUNTRY = "/countries/MMR/"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def retract(piece: Evidence) -> None:
    at = dt.datetime(2024, 6, 28, 12, tzinfo=dt.UTC)
    coding.retract(evidence_id=piece.pk, by=make.person(Role.ADMIN), reason="wrong country", at=at)


@pytest.mark.parametrize(
    "page", [f"{COUNTRY}{THEN}", f"{COUNTRY}breakdown/{THEN}", f"{COUNTRY}change/{THEN}", f"/evidence/{THEN}"]
)
def test_a_later_retraction_shows_at_once_on_a_page_of_the_day_before(client: Client, page: str) -> None:
    piece = make.accepted()
    assert MARK not in client.get(page).text

    retract(piece)

    assert MARK in client.get(page).text


def test_the_country_page_marks_reason_piece_and_list_and_tells_of_corrections(client: Client) -> None:
    piece = make.accepted()
    make.accepted(indicator=make.indicator("1.1"))
    assert "None so far." in client.get(COUNTRY + THEN).text
    retract(piece)

    text = " ".join(client.get(COUNTRY + THEN).text.split())

    assert text.count(MARK) == 3  # reason, list, corrections
    assert MARK in client.get(f"{COUNTRY}factors/{piece.indicator.factor.number}/{THEN}").text
    told = text.partition("<dt>Corrections</dt>")[2].partition("</dd>")[0]
    assert "None by that day; 1 piece shown here has been retracted since:" in told
    assert f'href="/evidence/{piece.pk}/{THEN}"'.replace("&", "&amp;") in told
    assert "None so far" not in told


def test_a_day_after_the_retraction_tells_of_a_correction_and_marks_nothing(client: Client) -> None:
    retract(make.accepted())
    make.accepted(indicator=make.indicator("1.1"))

    text = client.get(f"{COUNTRY}?as_of=2024-06-29").text

    assert "retracted since" not in text
    assert "was retracted on" in text


def test_the_piece_says_that_it_counted_and_why_it_counts_no_more(client: Client) -> None:
    piece = make.accepted()
    retract(piece)

    then = " ".join(client.get(f"/evidence/{piece.pk}/{THEN}").text.split())
    now = client.get(f"/evidence/{piece.pk}/").text

    assert "and was retracted since, on 28 June 2024: no score of a later knowledge counts it. Reason: wrong" in then
    assert "<strong>Retracted since.</strong>" in then
    assert "<strong>Retracted.</strong>" in now


def test_a_list_of_all_states_says_retracted_on_and_not_since(client: Client) -> None:
    retract(make.accepted())

    text = client.get("/evidence/?state=retracted").text

    assert "retracted on 28 June 2024" in text


@pytest.mark.parametrize("rows", ["contributions", "breakdown"])
def test_rows_of_the_api_say_when_their_evidence_was_retracted(client: Client, rows: str) -> None:
    retract(make.accepted())
    make.accepted(indicator=make.indicator("1.1"))

    found = given.rows_of(client, f"countries/MMR/{rows}/{THEN}")

    said = {row["indicator"]: row["evidence_retracted_at"] for row in found if row["evidence"]}
    assert said == {"7.14": "2024-06-28T12:00:00Z", "1.1": None}
