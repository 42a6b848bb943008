"""What tests of runs share: runs at given instants, what stands, and a stored number altered past the guard."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from indicators import assess, coding, methods
from indicators.models import Evidence, MethodVersion, ScoreRun, Snapshot, Standing
from people.permissions import Role
from tests import make

LATER = make.NOW + dt.timedelta(minutes=5)
NEXT_DAY = make.NOW + dt.timedelta(days=1)


def run_all(at: dt.datetime = make.NOW, day: dt.date = make.TODAY, **how: Any) -> ScoreRun:
    return assess.score_all(at=at, day=day, **how)


def run_changed(at: dt.datetime = LATER, day: dt.date = make.TODAY) -> ScoreRun | None:
    return assess.score_changed(at=at, day=day)


def standing(iso3: str = "MMR", method: MethodVersion | None = None) -> Snapshot:
    rows = Standing.objects.in_use() if method is None else Standing.objects.filter(method=method)
    return rows.select_related("snapshot").get(country__iso3=iso3).snapshot


def retract(row: Evidence, at: dt.datetime = LATER) -> None:
    coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="made up", at=at)


def publish(at: dt.datetime = LATER, **overrides: Any) -> MethodVersion:
    return methods.publish(overrides=overrides or {"alarm_points": 6}, note="made up for a test", at=at)


@contextmanager
def without_guard(model: type[models.Model]) -> Iterator[None]:
    """As somebody with the database's own keys could do it."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_never_rewritten")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_is_never_rewritten")


def alter(row: models.Model, **values: Any) -> None:
    """Changes stored values, which the guard refuses to everybody else."""
    with without_guard(type(row)):
        type(row)._default_manager.filter(pk=row.pk).update(**values)
