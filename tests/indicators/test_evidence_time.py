"""What was known when, day by day, and that PostgreSQL itself lets nobody rewrite it."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from indicators import assess, coding, series_loading
from indicators.models import (
    Band,
    Evidence,
    Factor,
    Framework,
    History,
    Indicator,
    MethodVersion,
    RescoreRequest,
    SeriesDefinition,
    SeriesValue,
    Snapshot,
)
from people.permissions import Role
from reports.models import Passage, Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
DAY = dt.timedelta(days=1)


def known(day: dt.date, known_on: dt.date) -> bool:
    return Evidence.objects.known(day=day, known_on=known_on).exists()


def test_evidence_counts_from_the_day_of_its_event_and_of_its_knowledge_on() -> None:
    event_on, known_on = dt.date(2024, 5, 1), dt.date(2024, 6, 1)
    make.accepted(event_on=event_on, known_on=known_on)

    assert known(event_on, known_on)
    assert not known(event_on - DAY, known_on)
    assert not known(event_on, known_on - DAY)


@pytest.mark.parametrize("hour", [0, 23])
def test_a_retraction_counts_for_its_whole_day_and_not_before(hour: int) -> None:
    row = make.accepted()
    at = dt.datetime(2024, 7, 3, hour, 59, tzinfo=dt.UTC)
    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=at)

    assert known(make.TODAY, dt.date(2024, 7, 2))
    assert not known(make.TODAY, dt.date(2024, 7, 3))


@pytest.mark.parametrize("known_at", [dt.time(0), dt.time(23, 59, 59, 999_999)])
def test_an_instant_of_knowledge_counts_for_its_whole_day(known_at: dt.time) -> None:
    row = make.proposed()
    stored = {field.attname: getattr(row, field.attname) for field in Evidence._meta.concrete_fields}
    stored |= {"id": None, "event_key": "other", "known_at": dt.datetime.combine(dt.date(2024, 6, 5), known_at, dt.UTC)}
    copy = Evidence.objects.create(**stored)
    coding.accept(evidence_id=copy.pk, by=make.person(Role.ADMIN), at=make.NOW)

    assert known(make.TODAY, dt.date(2024, 6, 5))
    assert not known(make.TODAY, dt.date(2024, 6, 4))


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_what_was_never_accepted_is_never_known(status: str) -> None:
    row = make.proposed()
    if status == "rejected":
        coding.reject(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=make.NOW)

    assert not known(make.TODAY, make.NOW.date())


def test_an_event_is_never_later_than_its_knowledge_whoever_writes() -> None:
    row = make.proposed()
    stored = {field.attname: getattr(row, field.attname) for field in Evidence._meta.concrete_fields}

    with pytest.raises(IntegrityError, match="event_is_not_later_than_its_knowledge"):
        Evidence.objects.create(**stored | {"id": None, "event_on": dt.date(2024, 6, 2)})


def scored_row() -> Evidence:
    row = make.accepted()
    make.report(kind=Report.Kind.DATASET, reader="ucdp-country-year", bytes=make.ucdp_csv((775, "M", 2023, 1, 2)))
    series_loading.load_waiting(at=make.NOW)
    assess.score_all(at=make.NOW, day=make.TODAY)
    return row


REWRITES: dict[str, tuple[type[models.Model], dict[str, Any]]] = {
    "evidence: severity": (Evidence, {"severity": 1}),
    "evidence: note": (Evidence, {"note": "other"}),
    "evidence: day of knowledge": (Evidence, {"known_at": dt.datetime(2024, 5, 2, tzinfo=dt.UTC)}),
    "evidence: event": (Evidence, {"event_on": dt.date(2024, 4, 1)}),
    "evidence: family": (Evidence, {"family": lambda: make.family()}),
    "evidence: country": (Evidence, {"country": lambda: make.country("AFG")}),
    "evidence: coder": (Evidence, {"coder": lambda: make.person()}),
    "evidence: who decided": (Evidence, {"decided_by": lambda: make.person()}),
    "evidence: back to proposed": (Evidence, {"status": "proposed", "decided_by": None, "decided_at": None}),
    "evidence: from accepted to rejected": (Evidence, {"status": "rejected", "decision_reason": "x"}),
    "report: bytes": (Report, {"bytes": b"other"}),
    "report: day": (Report, {"published_on": dt.date(2020, 1, 1)}),
    "passage: text": (Passage, {"text": "other"}),
    "passage: report": (Passage, {"report": lambda: make.report()}),
    "series value": (SeriesValue, {"value": 0.5}),
    "series value: scored or not": (SeriesValue, {"is_scored": False}),
    "snapshot: index": (Snapshot, {"overall": 99.0}),
    "snapshot: interval": (Snapshot, {"interval_low": 0.0}),
    "snapshot: flag": (Snapshot, {"is_rapid": True}),
    "band": (Band, {"low": [0.0]}),
    "history": (History, {"overall": [1.0]}),
    "indicator": (Indicator, {"label": "other"}),
    "indicator: weight": (Indicator, {"weight": 2.0}),
    "factor": (Factor, {"title": "other"}),
    "framework": (Framework, {"version": 99}),
    "method: parameters": (MethodVersion, {"parameters": {}}),
    "method: goalposts": (MethodVersion, {"goalposts": {}}),
    "method: note": (MethodVersion, {"note": "other"}),
}


@pytest.mark.parametrize("rewrite", REWRITES)
def test_postgresql_refuses_a_rewrite_of(rewrite: str) -> None:
    scored_row()
    model, fields = REWRITES[rewrite]
    values = {name: value() if callable(value) else value for name, value in fields.items()}

    first = model._default_manager.order_by("pk").values_list("pk")[:1]
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        model._default_manager.filter(pk__in=first).update(**values)


RECORDS = [Evidence, Report, Passage, SeriesValue, Snapshot, History, Band, Indicator, Factor, Framework, MethodVersion]


@pytest.mark.parametrize("model", RECORDS)
def test_postgresql_refuses_to_delete(model: type[models.Model]) -> None:
    scored_row()
    assert model._default_manager.exists()

    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")


def test_a_rejection_and_a_retraction_stand_as_they_were_given() -> None:
    row = make.accepted()
    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=make.NOW)

    for fields in ({"retraction_reason": "other"}, {"retracted_at": make.NOW + DAY}, {"status": "accepted"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Evidence.objects.filter(pk=row.pk).update(**fields)


def test_how_widely_something_may_be_shown_can_be_changed() -> None:
    row = make.accepted()

    Evidence.objects.filter(pk=row.pk).update(sensitivity=2)
    Report.objects.filter(pk=row.passage.report_id).update(sensitivity=3)

    row.refresh_from_db()
    assert (row.sensitivity, row.passage.report.sensitivity) == (2, 3)


@pytest.mark.parametrize("model", [Report, Passage, Evidence, Indicator, SeriesDefinition, RescoreRequest, Snapshot])
def test_every_link_of_provenance_protects_what_it_points_at(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey):
            assert field.remote_field.on_delete is models.PROTECT, field.name
