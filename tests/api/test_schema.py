"""The schema is valid, says everything, and every answer keeps it."""

import io
import json
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from tests import backtests, make
from tests.alerts import outbox
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")

ADDRESSES = {
    "/api/v1/": [""],
    "/api/v1/countries/": ["countries/", "countries/?as_of=2024-06-15"],
    "/api/v1/countries/{iso3}/": ["countries/MMR/", "countries/FRA/"],
    "/api/v1/countries/{iso3}/score/": [
        "countries/MMR/score/",
        "countries/FRA/score/",
        "countries/MMR/score/?as_of=2024-06-15",
    ],
    "/api/v1/countries/{iso3}/history/": ["countries/MMR/history/", "countries/FRA/history/"],
    "/api/v1/countries/{iso3}/contributions/": ["countries/MMR/contributions/"],
    "/api/v1/countries/{iso3}/breakdown/": ["countries/MMR/breakdown/", "countries/FRA/breakdown/"],
    "/api/v1/countries/{iso3}/change/": [
        "countries/MMR/change/",
        "countries/FRA/change/",
        "countries/MMR/change/?from=2024-05-15&as_of=2024-06-15",
    ],
    "/api/v1/countries/{iso3}/change/evidence/": ["countries/MMR/change/evidence/"],
    "/api/v1/countries/{iso3}/series/": ["countries/MMR/series/"],
    "/api/v1/countries/{iso3}/events/": ["countries/MMR/events/"],
    "/api/v1/countries/{iso3}/published/": ["countries/MMR/published/"],
    "/api/v1/framework/": ["framework/"],
    "/api/v1/framework/indicators/": ["framework/indicators/"],
    "/api/v1/methods/": ["methods/"],
    "/api/v1/scores/": ["scores/", "scores/?page_size=1&page=2"],
    "/api/v1/evidence/": ["evidence/", "evidence/?page_size=1"],
    "/api/v1/evidence/{id}/": ["evidence/{id}/"],
    "/api/v1/sources/": ["sources/"],
    "/api/v1/alerts/": ["alerts/", "alerts/?kind=rise&level=elevated&country=MMR&since=2024-01-01"],
    "/api/v1/alerts/{id}/": ["alerts/{alert}/"],
    "/api/v1/signals/": ["signals/", "signals/?kind=level_up&country=MMR"],
    "/api/v1/ledger/": ["ledger/", "ledger/?answered=answered&level=elevated&since=2024-01-01&until=2024-12-31"],
    "/api/v1/sensitivity/": ["sensitivity/", "sensitivity/?as_of=2024-06-15"],
    "/api/v1/alert-numbers/": ["alert-numbers/", "alert-numbers/?since=2024-01-01&region=142"],
    "/api/v1/backtests/": ["backtests/"],
    "/api/v1/backtests/{id}/": ["backtests/{backtest}/"],
}


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    answer = client.get("/api/v1/schema/?format=json")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_the_schema_is_valid(schema: dict[str, Any]) -> None:
    validate(schema)


def test_the_schema_is_made_without_a_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_the_schema_also_comes_as_yaml(client: Client, schema: dict[str, Any]) -> None:
    assert yaml.safe_load(client.get("/api/v1/schema/").content) == schema


def test_the_schema_has_every_address_and_only_reads(schema: dict[str, Any]) -> None:
    assert set(schema["paths"]) == set(ADDRESSES)
    assert {method for path in schema["paths"].values() for method in path} == {"get"}


def test_every_operation_and_parameter_is_described(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        assert methods["get"]["summary"], path
        assert methods["get"]["description"], path
        assert "400" in methods["get"]["responses"], path


def test_enumerations_have_names(schema: dict[str, Any]) -> None:
    names = {name for name in schema["components"]["schemas"] if name.endswith("Enum")}

    assert {"LevelEnum", "StateEnum", "ProfileEnum", "NatureEnum", "GradeEnum", "LineEnum"} <= names
    assert not [name for name in names if any(letter.isdigit() for letter in name)]  # a made-up name has a hash
    assert schema["components"]["schemas"]["LevelEnum"]["enum"][0] == "UNDETERMINED"


def test_every_answer_keeps_the_schema(client: Client, schema: dict[str, Any]) -> None:
    number = given.evidence(3)[0].pk
    given.evidence(1, indicator=make.indicator("1.4"), polarity=-1)
    make.confidential(country=make.country())
    given.series_values(2)
    given.event_months(2)
    given.published(2)
    given.scored()
    backtest = backtests.run_of().pk
    alert = outbox.alert()
    alert.reasons.create(order=1, text="Synthetic reason", grade="B2", evidence_id=number)
    components = closed(schema["components"])

    for path, addresses in ADDRESSES.items():
        content = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = OAS31Validator({**closed(content), "components": components})
        for address in addresses:
            answer = client.get(given.BASE + address.format(id=number, backtest=backtest, alert=alert.pk)).json()
            wrong = [f"{address}: {error.json_path} {error.message[:200]}" for error in validator.iter_errors(answer)]
            assert wrong == []


def closed(schema: Any) -> Any:
    """The same schema, in which an object may have no field that is not described."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    narrow = {key: closed(value) for key, value in schema.items()}
    return narrow | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else narrow
