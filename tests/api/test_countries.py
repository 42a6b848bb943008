import pytest
from django.test import Client

from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")


def test_every_state_is_listed_on_one_page(client: Client) -> None:
    answer = client.get("/api/v1/countries/").json()

    assert answer["count"] == 195
    assert len(answer["results"]) == 195
    assert answer["next"] is None


def test_a_country_has_its_codes_and_six_names(client: Client) -> None:
    row = client.get("/api/v1/countries/NAM/").json()

    assert (row["iso3"], row["iso2"], row["m49"]) == ("NAM", "NA", 516)
    assert [row[f"name_{language}"] for language in ("en", "fr", "es", "ru", "zh", "ar")] == [
        "Namibia", "Namibie", "Namibia", "Намибия", "纳米比亚", "ناميبيا",
    ]  # fmt: skip
    assert (row["region"], row["subregion"]) == ("Africa", "Sub-Saharan Africa")


def test_a_country_leads_to_all_that_there_is_of_it(client: Client) -> None:
    given.evidence()
    given.scored()
    country = client.get("/api/v1/countries/mmr/").json()

    for address in country["links"].values():
        assert client.get(address).status_code == 200


def test_what_is_not_assessed_is_null_and_never_zero(client: Client) -> None:
    given.evidence()
    given.scored()
    row = client.get("/api/v1/countries/FRA/").json()

    assert row["state"] == "not_assessed"
    assert [row[name] for name in ("level", "index", "coverage", "change_90_days", "interval", "top_factor")] == [
        None
    ] * 6


def test_little_evidence_is_undetermined_and_never_low(client: Client) -> None:
    given.evidence(severity=1)
    given.scored()
    row = client.get("/api/v1/countries/MMR/").json()

    assert row["state"] == "assessed"
    assert row["level"] == "UNDETERMINED"
    assert row["index"] > 0


def test_nothing_is_assessed_before_it_was_known(client: Client) -> None:
    given.evidence()
    given.scored()

    before = client.get("/api/v1/countries/MMR/?as_of=2024-05-31").json()
    after = client.get("/api/v1/countries/MMR/?as_of=2024-06-01").json()

    assert (before["as_of"], before["known_at"], before["state"]) == ("2024-05-31", "2024-05-31", "not_assessed")
    assert after["state"] == "assessed"


def test_a_country_that_is_none_is_answered_in_json(client: Client) -> None:
    answer = client.get("/api/v1/countries/XXX/")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "'XXX' is no country here; wanted an ISO 3166-1 alpha-3 code, such as MMR"}


def test_countries_come_in_alphabetical_order(client: Client) -> None:
    names = [row["name_en"] for row in given.rows_of(client, "countries/?page_size=3")]

    assert names == ["Afghanistan", "Albania", "Algeria"]
    assert make.country("AFG").name_en == names[0]
