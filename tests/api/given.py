"""What the API's tests are given: evidence by the dozen, scores that stand, and every address."""

import csv
import datetime as dt
import io
from typing import Any

from django.test import Client

from indicators import assess
from indicators.models import (
    EventLoad,
    EventMonth,
    Evidence,
    FigureSeries,
    PublishedFigure,
    ScoreRun,
    SeriesDefinition,
    SeriesValue,
)
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


def event_months(count: int = 1, **fields: Any) -> list[EventMonth]:
    """Months of Myanmar with one event of one-sided violence each, the latest May 2024."""
    report = make.report(**({"kind": Report.Kind.DATASET, "reader": "ucdp-ged"} | fields))
    day, span = dt.date(2024, 5, 1), {"covers_from": dt.date(2020, 1, 1), "covers_until": dt.date(2024, 6, 1)}
    load = EventLoad.objects.create(
        report=report, loaded_at=make.NOW, known_at=make.NOW - dt.timedelta(days=9), is_complete=True,
        events_count=count, **span,
    )  # fmt: skip
    months = [day.replace(year=2024 - number // 5, month=5 - number % 5) for number in range(count)]
    sums = {"territory": 775, "kind": 3, "events": 1, "best": 4, "low": 2, "high": 9, "civilians": 4}
    return EventMonth.objects.bulk_create(
        EventMonth(load=load, month=month, rests_on=[load.pk], **sums) for month in months
    )


def published(count: int = 1, **fields: Any) -> list[PublishedFigure]:
    """Yearly figures of one made-up publisher, the latest for 2023."""
    report = make.report(**({"kind": Report.Kind.DATASET, "reader": "idmc"} | fields))
    title = {"reader": "idmc", "title": "People, made up", "unit": "people"}
    series, _ = FigureSeries.objects.get_or_create(slug="made-up", defaults=title)
    return PublishedFigure.objects.bulk_create(
        PublishedFigure(
            series=series, country=make.country(), report=report, territory="MMR", value=float(number),
            period_start=dt.date(2023 - number, 1, 1), period_until=dt.date(2024 - number, 1, 1),
            known_at=make.NOW - dt.timedelta(days=30),
        )
        for number in range(count)
    )  # fmt: skip


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
