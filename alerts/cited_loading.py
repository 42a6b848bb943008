"""Loads cited data into the ledger and the calendar: for the demonstration. Safe to run twice."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from alerts import levers, published, responding
from alerts.cited_files import FOLDER, Cited, read_cited
from alerts.models import Measure, PublishedWarning, Response, Situation
from alerts.situations import home_situation
from countries.models import Country
from people.permissions import Sensitivity


@transaction.atomic
def load_cited(*, at: dt.datetime, folder: Path = FOLDER) -> int:
    """Warnings, responses and levers as rows that nobody entered; how many stand in the files.

    What staff took back or removed stays so. A response whose words changed in its file stays as it was loaded.
    Raises CitedFileError, and the errors of the use cases.
    """
    return sum(_load(cited, at=at) for cited in read_cited(folder))


def _load(cited: Cited, *, at: dt.datetime) -> int:
    countries = [Country.objects.get(iso3=iso3) for iso3 in cited.countries]
    if cited.warnings:
        situation = home_situation(country=countries[0], at=at)
        warnings = {row["key"]: _warning(row, situation, at=at) for row in cited.warnings}
        for row in cited.responses:
            _respond(row, warnings[row["warning"]], at=at)
    for row in cited.levers:
        country = Country.objects.get(iso3=row["country"]) if "country" in row else countries[0]
        said = {name: row[name] for name in row if name != "country"}
        draft = levers.LeverDraft(**{"is_estimated": False} | said)
        levers.add(draft=draft, country=country, situation=None, by=None, at=at)
    return len(cited.warnings) + len(cited.responses) + len(cited.levers)


def _warning(row: Mapping[str, Any], situation: Situation, *, at: dt.datetime) -> PublishedWarning:
    said = {name: row[name] for name in row if name != "key"}
    return published.add(situation=situation, **said, by=None, at=at)


def _respond(row: Mapping[str, Any], warning: PublishedWarning, *, at: dt.datetime) -> None:
    """Once: the same actor, measure and day to the same warning is the same response, whoever corrected it since."""
    measure = Measure.objects.get(code=row["measure"])
    known = Response.objects.filter(warning=warning, measure=measure, actor=row["actor"], decided_on=row["decided_on"])
    if warning.withdrawn_at is not None or known.exists():
        return
    draft = responding.ResponseDraft(
        measures=(measure,), actor=row["actor"], text=row["text"], decided_on=row["decided_on"],
        began_on=row.get("began_on"), status=row["status"], sensitivity=Sensitivity.PUBLIC,
        source_title=row["source_title"], source_url=row["source_url"],
    )  # fmt: skip
    made = responding.record(draft=draft, warning=warning, by=None, at=at)[0]
    for step in row.get("step", []):
        responding.add_step(response_id=made.pk, draft=responding.StepDraft(**step), by=None, at=at)
