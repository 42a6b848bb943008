import datetime as dt

import pytest
from django.test import Client

from indicators import coding
from indicators.models import Evidence
from people.permissions import Sensitivity
from tests import make
from tests.api import given
from tests.indicators.test_correcting import propose

pytestmark = pytest.mark.usefixtures("reference")


def ids(client: Client, query: str = "") -> set[int]:
    return {row["id"] for row in given.rows_of(client, f"evidence/{query}")}


def retracted(**fields: object) -> Evidence:
    row = given.evidence(1, **fields)[0]
    admin = row.decided_by
    assert admin is not None
    return coding.retract(evidence_id=row.pk, by=admin, reason="it was about elsewhere", at=make.NOW)


def test_a_row_says_what_who_when_and_where(client: Client) -> None:
    given.evidence(1, indicator=make.indicator("1.4"), admin1="Sagaing", actor="state", claim="verified")
    row = given.rows_of(client, "evidence/")[0]

    assert (row["country"], row["indicator"], row["factor"], row["severity"]) == ("MMR", "1.4", 1, 3)
    assert (row["polarity"], row["grade"], row["area"], row["actor"]) == ("risk", "B2", "Sagaing", "state")
    assert (row["event_on"], row["known_at"]) == ("2024-05-01", "2024-06-01T00:00:00Z")
    assert (row["status"], row["sensitivity"], row["framework_version"]) == ("accepted", "public", 1)


def test_one_piece_leads_down_to_passage_report_and_source(client: Client) -> None:
    evidence = given.evidence(1)[0]
    passage = evidence.passage
    found = client.get(f"/api/v1/evidence/{evidence.pk}/").json()

    assert (
        found["passage"]["text"]
        == passage.text
        == passage.report.text[found["passage"]["start"] : found["passage"]["end"]]
    )
    assert found["report_detail"]["sha256"] == passage.report.sha256
    assert found["source_detail"]["licence"] == "made up"
    assert found["url"].endswith(f"/api/v1/evidence/{evidence.pk}/")


def test_what_is_only_proposed_or_was_rejected_is_nowhere(client: Client) -> None:
    coder, decider = given.people()
    proposed = make.proposed(coder=coder)
    rejected = make.proposed(coder=coder)
    coding.reject(evidence_id=rejected.pk, by=decider, reason="no bearing", at=make.NOW)

    for user in (None, coder, decider):
        if user:
            client.force_login(user)
        assert ids(client) == set()
        assert client.get(f"/api/v1/evidence/{proposed.pk}/").status_code == 404
        assert client.get(f"/api/v1/evidence/{rejected.pk}/").status_code == 404


def test_what_was_retracted_stays_and_says_why(client: Client) -> None:
    row = retracted()

    assert ids(client) == ids(client, "?status=retracted") == {row.pk}
    assert ids(client, "?status=accepted") == set()
    found = client.get(f"/api/v1/evidence/{row.pk}/").json()
    assert (found["status"], found["retraction_reason"]) == ("retracted", "it was about elsewhere")
    assert found["retracted_at"] == "2024-07-01T12:00:00Z"


def test_a_moment_shows_what_a_score_of_it_rests_on(client: Client) -> None:
    row = retracted()

    assert ids(client, "?as_of=2024-06-15") == {row.pk}
    assert ids(client, "?as_of=2024-05-15") == set()  # happened, but nobody could know
    assert ids(client, "?as_of=2024-05-15&known_at=2024-06-15") == {row.pk}
    assert ids(client, "?as_of=2024-04-30&known_at=2024-06-15") == set()  # had not happened
    assert ids(client, "?as_of=2024-06-15&known_at=2024-07-01") == set()  # retracted by then
    assert client.get(f"/api/v1/evidence/{row.pk}/?as_of=2024-05-15").status_code == 404


def test_filters_narrow(client: Client) -> None:
    here = given.evidence(1, indicator=make.indicator("1.4"))[0]
    there = given.evidence(
        1,
        country=make.country("MLI"),
        indicator=make.indicator("7.14"),
        polarity=Evidence.Polarity.MITIGATION,
        reliability="A",
        credibility=1,
        event_on=dt.date(2023, 1, 1),
        known_on=dt.date(2023, 2, 1),
    )[0]
    queries = {
        "country=MMR": {here.pk},
        "country=mli": {there.pk},
        "country=FRA": set(),
        "factor=7": {there.pk},
        "indicator=1.4": {here.pk},
        f"family={here.family.slug}": {here.pk},
        f"source={there.passage.report.source.slug}": {there.pk},
        "grade=A1": {there.pk},
        "polarity=risk": {here.pk},
        "polarity=mitigation": {there.pk},
        "event_from=2024-05-01": {here.pk},
        "event_to=2024-04-30": {there.pk},
        "known_from=2024-06-01": {here.pk},
        "known_to=2024-05-31": {there.pk},
        "country=MMR&factor=7": set(),
        "country=&factor=": {here.pk, there.pk},
    }

    assert {query: ids(client, f"?{query}") for query in queries} == queries


def test_pages_are_disjoint_and_whole(client: Client) -> None:
    expected = [row.pk for row in given.evidence(7)]
    found: list[int] = []
    address: str | None = "/api/v1/evidence/?page_size=3"
    while address:
        answer = client.get(address)
        found += [row["id"] for row in answer.json()["results"]]
        assert answer["X-Total-Count"] == "7"
        address = answer.json()["next"]
        assert ('rel="next"' in answer.get("Link", "")) == bool(address)

    assert found == sorted(expected, reverse=True)


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "7"])
def test_evidence_that_is_not_here(client: Client, number: str) -> None:
    answer = client.get(f"/api/v1/evidence/{number}/")

    assert answer.status_code == 404
    assert answer.json() == {"detail": f"evidence {number}: nothing here that you may see"}


def test_series_are_dated_and_lead_to_their_release(client: Client) -> None:
    given.series_values(4)
    rows = given.rows_of(client, "countries/MMR/series/")

    assert [row["period_end"] for row in rows] == ["2023-12-31", "2022-12-31", "2021-12-31", "2020-12-31"]
    assert rows[0]["licence"] == "made up"
    assert len(given.rows_of(client, "countries/MMR/series/?as_of=2021-12-31&known_at=2024-06-30")) == 2
    assert given.rows_of(client, "countries/MMR/series/?as_of=2021-12-31") == []  # released in 2024


@pytest.mark.parametrize(("sensitivity", "is_told"), [(Sensitivity.PUBLIC, True), (Sensitivity.CONFIDENTIAL, False)])
def test_a_correction_and_what_it_corrects_name_each_other_to_who_may_see_both(
    client: Client, sensitivity: Sensitivity, is_told: bool
) -> None:
    old = given.evidence(1)[0]
    assert old.decided_by is not None
    waiting = propose(old, severity=1, sensitivity=sensitivity)
    assert (old.pk in ids(client), waiting.pk in ids(client)) == (True, False)
    assert given.rows_of(client, "evidence/")[0]["corrected_by"] is None, "it is only proposed"

    new = coding.accept(evidence_id=waiting.pk, by=old.decided_by, at=make.NOW)

    rows = {row["id"]: (row["corrects"], row["corrected_by"]) for row in given.rows_of(client, "evidence/")}
    assert rows == ({old.pk: (None, new.pk), new.pk: (old.pk, None)} if is_told else {})
