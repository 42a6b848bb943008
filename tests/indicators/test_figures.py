"""Figures of others stand beside ours: with their publisher, from when they were public, and in no score."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from indicators.figure_loading import load_waiting
from indicators.models import FigureLoad, PublishedFigure, RescoreRequest
from indicators.published_elsewhere import published_elsewhere
from people.permissions import Role, Sensitivity
from reports.ingest import About, read_waiting, receive
from reports.models import Report
from tests import elsewhere, make

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.date(2024, 6, 30)


def loaded(reader: str, payload: bytes, *, on: str = "2024-06-10", **about: Any) -> FigureLoad:
    """As a person or `manage.py ingest` would send it: received, read, loaded."""
    said = About(published_on=dt.date.fromisoformat(on), **about)
    retrieval = receive(reader=reader, payload=payload, about=said, file_name="file", at=make.NOW)
    read_waiting(at=make.NOW)
    load_waiting(at=make.NOW)
    retrieval.refresh_from_db()
    return FigureLoad.objects.get(report=retrieval.report)


def shown(iso3: str = "MLI", day: dt.date = DAY, role: Role = Role.READER) -> list[tuple[str, float | None]]:
    found = published_elsewhere(make.country(iso3), day=day, known_on=day, user=make.person(role))
    return [(row.series.slug, row.value) for row in found]


def test_a_file_becomes_figures_and_asks_for_no_score() -> None:
    load = loaded("early-warning-project", elsewhere.ewp_csv(("Mali", "0.02"), ("Kosovo", "0.01")))

    assert (load.figures_count, load.failure) == (1, "")
    assert [row["id"] for row in load.not_covered] == ["Kosovo"]
    assert not RescoreRequest.objects.exists()
    assert load.report.source.name == "Early Warning Project"


def test_the_newest_file_counts_from_the_day_it_was_public() -> None:
    loaded("early-warning-project", elsewhere.ewp_csv(("Mali", "0.02")), on="2023-06-10")
    loaded("early-warning-project", elsewhere.ewp_csv(("Mali", "0.03")))

    assert shown() == [("ewp-two-years", 0.03)]
    assert shown(day=dt.date(2024, 6, 9)) == [("ewp-two-years", 0.02)]
    assert shown(day=dt.date(2023, 6, 9)) == []


def test_of_many_months_the_one_that_has_begun_is_shown() -> None:
    months = [("MLI", month, float(month), 0.5) for month in range(530, 540)]
    loaded("views", elsewhere.views_json(*months))

    assert shown() == [("views-25-deaths", 0.5), ("views-deaths", 534.0)]  # 534: June 2024
    assert PublishedFigure.objects.count() == 20


def test_acled_is_for_staff_alone_whatever_its_sender_says() -> None:
    load = loaded("acled", elsewhere.acled_csv(("MLI1", "2024-05-01", 466, 3)), sensitivity=Sensitivity.PUBLIC)

    assert load.report.sensitivity == Sensitivity.INTERNAL
    assert published_elsewhere(make.country("MLI"), day=DAY, known_on=DAY, user=AnonymousUser()) == ()
    assert len(shown(role=Role.ADMIN)) == 2


def test_a_broken_file_is_listed_with_its_reason_and_holds_up_no_other() -> None:
    make.report(kind=Report.Kind.DATASET, reader="views", bytes=b"{}")
    loaded("idmc", elsewhere.idmc_csv((2023, "MLI", "1000")))

    assert shown() == [("idmc-conflict", 1000)]
    assert FigureLoad.objects.exclude(failure="").get().failure.startswith("answer: found no list")


def test_a_file_is_loaded_once() -> None:
    loaded("idmc", elsewhere.idmc_csv((2023, "MLI", "1000")))

    assert load_waiting(at=make.NOW) == 0
    assert PublishedFigure.objects.count() == 1
