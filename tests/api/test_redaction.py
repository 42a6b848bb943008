"""No answer, to anybody, holds a word that is above the reader's clearance: walked over every address."""

import dataclasses
import math
from collections.abc import Iterator

import pytest
from django.test import Client

from indicators import coding
from indicators.models import Evidence, SeriesValue
from people.permissions import Role, Sensitivity
from r2p_dashboard import api_urls
from reports.models import Report
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")

PLACES = {  # address -> whether it is a list, and so also comes as CSV
    "index": ("", False),
    "countries": ("countries/", True),
    "country": ("countries/MMR/", False),
    "country_score": ("countries/MMR/score/", False),
    "country_history": ("countries/MMR/history/", True),
    "country_contributions": ("countries/MMR/contributions/", True),
    "country_breakdown": ("countries/MMR/breakdown/", True),
    "country_change": ("countries/MMR/change/", True),
    "country_change_evidence": ("countries/MMR/change/evidence/", True),
    "country_series": ("countries/MMR/series/", True),
    "country_events": ("countries/MMR/events/", True),
    "country_published": ("countries/MMR/published/", True),
    "framework": ("framework/", False),
    "indicators": ("framework/indicators/", True),
    "methods": ("methods/", True),
    "scores": ("scores/", True),
    "evidence": ("evidence/", True),
    "sources": ("sources/", True),
    "alerts": ("alerts/", True),
    "alert": ("alerts/1/", False),
    "signals": ("signals/", True),
    "ledger": ("ledger/", True),
    "alert_numbers": ("alert-numbers/", True),
    "sensitivity": ("sensitivity/", True),
    "backtests": ("backtests/", True),
    "backtest": ("backtests/1/", False),
    "schema": ("schema/", False),
    "docs": ("docs/", False),
}
MOMENTS = ("", "as_of=2024-06-15", "as_of=2024-06-15&known_at=2024-06-30")
DATED = {"countries", "country", "scores", "evidence", "sensitivity"} | {
    name for name in PLACES if name.startswith("country_")
}
READERS = {
    None: {"open"},
    Role.READER: {"open"},
    Role.FOCAL_POINT: {"open"},
    Role.CODER: {"open", "confidential", "carried"},
    Role.ADMIN: {"open", "confidential", "carried", "strict"},
}


@dataclasses.dataclass(frozen=True)
class Record:
    """Four pieces of evidence and a dataset; every text of one holds its own marker."""

    evidence: dict[str, Evidence]
    series: SeriesValue


def _evidence(name: str, *, own: Sensitivity, carried: Sensitivity) -> Evidence:
    marker = f"marker-{name}"
    coder, decider = given.people()
    source = make.source(slug=f"source-{marker}", name=f"Source {marker}", licence=f"licence {marker}")
    report = make.report(
        source=source, title=f"Report {marker}", url=f"https://{marker}.test.example/", sensitivity=carried
    )
    row = make.accepted(
        coder=coder,
        by=decider,
        of=make.passage(report, text=f"Text {marker}", locator=f"locator {marker}"),
        family=make.family(f"family-{marker}"),
        event_key=f"event-{marker}",
        admin1=f"area {marker}",
        group=f"group {marker}",
        note=f"why {marker}",
        sensitivity=own,
    )
    return row


@pytest.fixture
def record(reference: None) -> Record:
    evidence = {
        "open": _evidence("open", own=Sensitivity.PUBLIC, carried=Sensitivity.PUBLIC),
        "confidential": _evidence("confidential", own=Sensitivity.CONFIDENTIAL, carried=Sensitivity.PUBLIC),
        "carried": _evidence("carried", own=Sensitivity.PUBLIC, carried=Sensitivity.CONFIDENTIAL),
        "strict": _evidence("strict", own=Sensitivity.STRICTLY_CONFIDENTIAL, carried=Sensitivity.INTERNAL),
    }
    dataset = make.report(
        source=make.source(slug="source-dataset", name="Source dataset-marker"),
        kind=Report.Kind.DATASET,
        title="dataset-marker",
        sensitivity=Sensitivity.CONFIDENTIAL,
    )
    series = given.series_values(1, report=dataset)[0]
    given.scored()
    return Record(evidence, series)


def addresses(record: Record) -> Iterator[str]:
    """Every address of the API, as JSON and CSV, now and at other moments."""
    for name, (path, is_list) in PLACES.items():
        for moment in MOMENTS if name in DATED else MOMENTS[:1]:
            for form in ("", "format=csv") if is_list else ("",):
                yield f"/api/v1/{path}?{'&'.join(filter(None, (moment, form)))}"
    for row in record.evidence.values():
        yield f"/api/v1/evidence/{row.pk}/"
        yield f"/api/v1/evidence/{row.pk}/?as_of=2024-06-15"
        yield f"/api/v1/evidence/?family={row.family.slug}"


def test_the_walk_knows_every_address() -> None:
    assert {pattern.name for pattern in api_urls.urlpatterns if pattern.name} == {*PLACES, "evidence_detail"}


@pytest.mark.parametrize("role", READERS, ids=str)
def test_nothing_above_the_clearance_is_in_any_answer(client: Client, record: Record, role: Role | None) -> None:
    if role:
        client.force_login(make.person(role))
    seen = ""
    for address in addresses(record):
        answer = client.get(address)
        assert answer.status_code in {200, 404}, address
        text = answer.content.decode()
        for name in record.evidence.keys() - READERS[role]:
            assert f"marker-{name}" not in text, f"{address} tells of {name}"
        if role not in {Role.CODER, Role.ADMIN}:
            assert "dataset-marker" not in text, address
        seen += text

    assert all(f"Text marker-{name}" in seen for name in READERS[role])


@pytest.mark.parametrize("role", READERS, ids=str)
def test_evidence_is_listed_by_clearance(client: Client, record: Record, role: Role | None) -> None:
    if role:
        client.force_login(make.person(role))
    listed = {row["id"] for row in given.rows_of(client, "evidence/")}

    assert listed == {record.evidence[marker].pk for marker in READERS[role]}
    for marker, row in record.evidence.items():
        wanted = 200 if marker in READERS[role] else 404
        assert client.get(f"/api/v1/evidence/{row.pk}/").status_code == wanted


def test_what_is_withheld_still_counts_and_is_told_as_a_number(client: Client, record: Record) -> None:
    score = client.get("/api/v1/countries/MMR/score/").json()
    answer = client.get("/api/v1/countries/MMR/contributions/").json()
    withheld = [row for row in answer["results"] if row["kind"] == "withheld"]

    assert (score["evidence_count"], score["withheld"]) == (4, 3)
    assert len(withheld) == 4  # and the dataset
    for row in withheld:
        names = (
            "family",
            "family_name",
            "counted_with",
            "event",
            "evidence",
            "evidence_url",
            "evidence_retracted_at",
            "series_value",
        )
        assert [row[name] for name in names] == [None] * len(names)
        assert row["points"] > 0
    assert math.isclose(math.fsum(row["points"] for row in answer["results"]), score["index"], abs_tol=1e-9)


def test_a_sign_that_rests_on_a_hidden_series_is_assessed_and_the_factors_add_up(client: Client) -> None:
    dataset = make.report(kind=Report.Kind.DATASET, sensitivity=Sensitivity.CONFIDENTIAL)
    given.series_values(2, report=dataset)
    make.accepted(indicator=make.indicator("1.1"))
    found = client.get(f"{given.BASE}countries/MMR/score/?as_of=2024-06-29").json()

    assert found["index"] == pytest.approx(sum(one["points"] or 0 for one in found["factors"]), abs=1e-9)
    assert [one["number"] for one in found["factors"] if one["state"] == "assessed"] == [1, 11]
    page = client.get("/countries/MMR/?as_of=2024-06-29").text
    assert page.count("nothing was coded") == 12
    assert (
        "It rests on a series that you may not see." in client.get("/countries/MMR/factors/11/?as_of=2024-06-29").text
    )


def test_a_reason_for_retraction_is_as_sensitive_as_its_evidence(client: Client, record: Record) -> None:
    row = record.evidence["confidential"]
    assert row.decided_by is not None
    coding.retract(evidence_id=row.pk, by=row.decided_by, reason="reason-marker", at=make.NOW)

    assert b"reason-marker" not in client.get("/api/v1/evidence/?status=retracted").content
    client.force_login(make.person(Role.CODER))
    assert b"reason-marker" in client.get("/api/v1/evidence/?status=retracted").content


@pytest.mark.parametrize("role", [Role.READER, Role.ADMIN])
def test_nobody_writes_by_the_api_whatever_their_role(client: Client, record: Record, role: Role) -> None:
    client.force_login(make.person(role))
    for path, _ in PLACES.values():
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(f"/api/v1/{path}").status_code == 405


def test_who_coded_and_who_decided_is_not_told(client: Client, record: Record) -> None:
    client.force_login(make.person(Role.ADMIN))
    row = record.evidence["open"]
    text = client.get(f"/api/v1/evidence/{row.pk}/").content.decode()

    assert row.coder is not None
    assert row.coder.name not in text
    assert row.coder.email not in text
