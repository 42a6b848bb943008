"""What the API's tests are given: evidence by the dozen, scores that stand, and every address."""

import csv
import datetime as dt
import io
from typing import Any

from django.test import Client

from indicators import assess
from indicators.models import Evidence, ScoreRun, SeriesDefinition, SeriesValue
from people.models import User
from people.permissions import Role
from reports.models import Report
from tests import make

BASE = "/api/v1/"
CODES = ["1.1", "1.4", "2.1", "3.2", "5.1", "7.14", "9.1", "11.1", "12.9", "14.2"]


def scored() -> ScoreRun:
    """Scores of all countries, as they stand."""
    return assess.score_all(at=make.NOW, day=make.TODAY)


def people() -> tuple[User, User]:
    """A coder and somebody who decides."""
    return make.person(Role.CODER), make.person(Role.ADMIN)


def evidence(count: int = 1, **fields: Any) -> list[Evidence]:
    """Accepted evidence of one coder: each row from its own report, source and family."""
    coder, decider = people()
    fields.setdefault("country", make.country())
    codes = [make.indicator(CODES[number % len(CODES)]) for number in range(count)]
    return [make.accepted(coder=coder, by=decider, **({"indicator": code} | fields)) for code in codes]


def series_values(
    count: int = 1, *, report: Report | None = None, iso3: str = "MMR", least: float = 100.0
) -> list[SeriesValue]:
    """Yearly values of the first series, the latest for 2023."""
    report = report or make.report(kind=Report.Kind.DATASET)
    definition = SeriesDefinition.objects.get(slug="ucdp-one-sided")
    return SeriesValue.objects.bulk_create(
        SeriesValue(
            definition=definition,
            country=make.country(iso3),
            report=report,
            value=least + number,
            period_end=dt.date(2023 - number, 12, 31),
            known_at=make.NOW - dt.timedelta(days=30),
        )
        for number in range(count)
    )


def rows_of(client: Client, path: str) -> list[dict[str, Any]]:
    """The rows of a list's answer."""
    answer = client.get(BASE + path)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def csv_of(client: Client, path: str) -> list[dict[str, str]]:
    """The rows of an answer in CSV."""
    answer = client.get(BASE + path)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"))))
