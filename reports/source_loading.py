"""Brings the shipped list of sources into the table; what staff changed stays as they left it."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from reports.models import Family, Source

FILE = Path(__file__).resolve().parent / "data" / "sources.toml"
_FETCH = ("reader", "address", "language", "off_because")
_CARE = ("reliability_reason", "contact", "known_bias", "terms_note", "review_on")
_WANTED = {*_FETCH, *_CARE, "name", "reliability", "licence", "url", "family", "every_minutes"}
_MAY = ("credential", "robots_exempt", "leads_on_to")


class SourceFileError(ValueError):
    """An entry of the list that cannot stand: where, what was found, what was wanted."""


@transaction.atomic
def load_sources(path: Path = FILE) -> int:
    """How many sources of the list are there now. Safe to run twice. Raises SourceFileError.

    A source that stands without an address, since somebody sent a report of it in, gets the fetch's fields; one that
    stands from before the list said more gets, where nobody wrote anything, why its grade is what it is and the like.
    """
    listed = tomllib.loads(path.read_text("utf-8"))
    entries: dict[str, dict[str, Any]] = listed["source"]
    for slug, entry in entries.items():
        if missing := _WANTED - set(entry):
            raise SourceFileError(f"source {slug}: found no {min(missing)}; wanted all of {', '.join(sorted(_WANTED))}")
        if unknown := set(entry) - _WANTED - {*_MAY}:
            raise SourceFileError(f"source {slug}: found the unknown key {min(unknown)}; wanted none")
        _load(slug, entry, listed["families"])
    return len(entries)


def _load(slug: str, entry: dict[str, Any], families: dict[str, str]) -> None:
    source = Source.objects.filter(slug=slug).first()
    fetch = {name: entry[name] for name in _FETCH} | {name: entry.get(name, "") for name in _MAY}
    fetch["fetch_every"] = dt.timedelta(minutes=entry["every_minutes"])
    if source is None:
        family, _ = Family.objects.get_or_create(slug=entry["family"], defaults={"name": families[entry["family"]]})
        rest = {name: entry[name] for name in ("name", "reliability", "licence", "url", *_CARE)}
        source = Source(slug=slug, family=family, **fetch, **rest)
    else:
        missing = {} if source.reader else fetch
        if source.reliability == entry["reliability"]:  # reasons of our grade are none for another
            missing |= {name: entry[name] for name in _CARE if not getattr(source, name)}
        if not missing:
            return
        for name, value in missing.items():
            setattr(source, name, value)
    try:
        source.full_clean()
    except ValidationError as error:
        raise SourceFileError(f"source {slug}: {'; '.join(error.messages)}") from error
    source.save()
