"""Scores that stand, made up: what the stages after the arithmetic look at."""

import datetime as dt
from typing import Any

from alerts import comparing
from alerts.models import Compared, Signal
from indicators.models import ScoreRun, Snapshot, Standing
from tests import make
from tests.alerts import outbox


def stands(*, iso3: str = "MMR", level: int = 3, at: dt.datetime = make.NOW, **fields: Any) -> Snapshot:
    """A score of the method in use to which the pointer is moved."""
    row = outbox.snapshot(iso3=iso3, level=level)
    ScoreRun.objects.filter(pk=row.run_id).update(started_at=at, state="published", published_at=at)
    row.pk, row.input_digest = None, f"{row.pk + 10_000_000:064x}"
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    Standing.objects.update_or_create(country=row.country, method=row.method, defaults={"snapshot": row})
    return Snapshot.objects.get(pk=row.pk)


def compared(*, at: dt.datetime = make.NOW, **fields: Any) -> Snapshot:
    """The same, looked at already."""
    row = stands(at=at, **fields)
    Compared.objects.update_or_create(country=row.country, defaults={"snapshot": row, "compared_at": at})
    return row


def found(*, at: dt.datetime = make.NOW) -> list[Signal]:
    """What a look at what stands finds now."""
    last = Signal.objects.order_by("pk").last()
    comparing.compare_waiting(at=at)
    return list(Signal.objects.filter(pk__gt=last.pk if last else 0).order_by("pk"))
