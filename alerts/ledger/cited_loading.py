"""Loads cited data into the ledger and the calendar: for the demonstration. Safe to run twice."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from alerts.answers import responding
from alerts.ledger import published
from alerts.ledger.cited_files import FOLDER, Cited, read_cited
from alerts.models import Lever, Measure, PublishedWarning, Response, Situation, SituationPlace
from alerts.situations import levers
from alerts.situations.situations import home_situation
from countries.models import Country
from people.permissions import Sensitivity


@transaction.atomic
def load_cited(*, at: dt.datetime, folder: Path = FOLDER) -> int:
    """Warnings, responses and levers as rows that nobody entered; how many stand in the files.

    What staff took back, removed or corrected stays so. A row whose words changed in its file is a correction of the
    loaded one, which is kept. Raises CitedFileError, and the errors of the use cases.
    """
    return sum(_load(cited, at=at) for cited in read_cited(folder))


def _load(cited: Cited, *, at: dt.datetime) -> int:
    countries = [Country.objects.get(iso3=iso3) for iso3 in cited.countries]
    if cited.warnings:
        situation = home_situation(country=countries[0], at=at)
        warnings = {row["key"]: _warning(row, countries[0], situation, at=at) for row in cited.warnings}
        for row in cited.responses:
            _respond(row, warnings[row["warning"]], at=at)
    for row in cited.levers:
        _lever(row, Country.objects.get(iso3=row["country"]) if "country" in row else countries[0], at=at)
    return len(cited.warnings) + len(cited.responses) + len(cited.levers)


def _warning(row: Mapping[str, Any], country: Country, situation: Situation, *, at: dt.datetime) -> PublishedWarning:
    """The same day and body in a situation of the country, also a former one, is the same warning."""
    words = {name: row[name] for name in ("text", "source_title", "source_url")}
    about = {"issued_on": row["issued_on"], "body": row["body"]}
    places = SituationPlace.objects.filter(country=country).values("situation")
    known = PublishedWarning.objects.filter(**about, situation__in=places, added_by=None).order_by("pk")
    if (last := known.last()) is None:
        return published.add(situation=situation, **about, **words, by=None, at=at)
    is_taken_back = last.withdrawn_at is not None
    if is_taken_back or all(getattr(last, name) == said for name, said in words.items()):
        return last
    return published.correct(warning_id=last.pk, **words, by=None, at=at)


def _respond(row: Mapping[str, Any], warning: PublishedWarning, *, at: dt.datetime) -> None:
    """The same actor, measure and day to the same warning is the same response, whoever corrected it since."""
    if warning.is_taken_back():
        return
    measure = Measure.objects.get(code=row["measure"])
    about = {"measure": measure, "actor": row["actor"], "decided_on": row["decided_on"]}
    known = Response.objects.filter(warning=warning.first_id, **about)
    draft = responding.ResponseDraft(
        measures=(measure,), actor=row["actor"], text=row["text"], decided_on=row["decided_on"],
        began_on=row.get("began_on"), status=row["status"], sensitivity=Sensitivity.PUBLIC,
        source_title=row["source_title"], source_url=row["source_url"],
    )  # fmt: skip
    steps = [responding.StepDraft(**step) for step in row.get("step", [])]
    if not known.exists():
        made = responding.record(draft=draft, warning=warning, by=None, at=at)[0]
        for step in steps:
            responding.add_step(response_id=made.pk, draft=step, by=None, at=at)
        return
    standing = known.filter(entered_by=None, withdrawn_at=None, replaced_by=None).first()
    if standing is not None and not _says(standing, draft, steps):
        responding.correct(response_id=standing.pk, draft=draft, cited=steps, by=None, at=at)


def _says(row: Response, draft: responding.ResponseDraft, steps: list[responding.StepDraft]) -> bool:
    """Whether a loaded response has the words and the steps of its file."""
    names = ("text", "began_on", "status", "source_title", "source_url")
    fields = [field.name for field in dataclasses.fields(responding.StepDraft)]
    loaded = [responding.StepDraft(**one) for one in row.steps.filter(entered_by=None).values(*fields)]
    return all(getattr(row, name) == getattr(draft, name) for name in names) and set(loaded) == set(steps)


def _lever(row: Mapping[str, Any], country: Country, *, at: dt.datetime) -> None:
    """The same kind and title about the country is the same lever; one that is over stays beside its successor."""
    said = {name: row[name] for name in row if name != "country"}
    draft = levers.LeverDraft(**{"is_estimated": False} | said)
    known = Lever.objects.filter(country=country, kind=draft.kind, title=draft.title, added_by=None).order_by("pk")
    last = known.last()
    if last is not None and last.removed_by_id is not None:
        return
    if last is not None and last.last_day >= at.date() and last.removed_at is None and not _is(last, draft):
        levers.remove(lever_id=last.pk, reason="its file says otherwise", by=None, at=at)
    levers.add(draft=draft, country=country, situation=None, by=None, at=at)


def _is(row: Lever, draft: levers.LeverDraft) -> bool:
    return all(getattr(row, name) == said for name, said in dataclasses.asdict(draft).items())
