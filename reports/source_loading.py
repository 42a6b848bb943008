"""Brings the shipped list of sources into the table; what staff changed stays as they left it."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from reports.models import Family, Source

FILE = Path(__file__).resolve().parent / "data" / "sources.toml"
_TEXTS = ("name", "reliability", "licence", "url", "reader", "address", "language", "off_because")
_WANTED = {*_TEXTS, "family", "every_minutes"}


class SourceFileError(ValueError):
    """An entry of the list that cannot stand: where, what was found, what was wanted."""


@transaction.atomic
def load_sources(path: Path = FILE) -> int:
    """How many sources of the list are there now. Safe to run twice. Raises SourceFileError.

    A source that stands without an address, since somebody sent a report of it in, gets the fetch's fields alone.
    """
    listed = tomllib.loads(path.read_text("utf-8"))
    entries: dict[str, dict[str, Any]] = listed["source"]
    for slug, entry in entries.items():
        if missing := _WANTED - set(entry):
            raise SourceFileError(f"source {slug}: found no {min(missing)}; wanted all of {', '.join(sorted(_WANTED))}")
        if unknown := set(entry) - _WANTED - {"credential"}:
            raise SourceFileError(f"source {slug}: found the unknown key {min(unknown)}; wanted none")
        _load(slug, entry, listed["families"])
    return len(entries)


def _load(slug: str, entry: dict[str, Any], families: dict[str, str]) -> None:
    source = Source.objects.filter(slug=slug).first()
    if source is not None and source.reader:
        return
    fields = {name: entry[name] for name in _TEXTS}
    fields |= {"fetch_every": dt.timedelta(minutes=entry["every_minutes"]), "credential": entry.get("credential", "")}
    if source is None:
        family, _ = Family.objects.get_or_create(slug=entry["family"], defaults={"name": families[entry["family"]]})
        source = Source(slug=slug, family=family, **fields)
    else:
        for name in ("reader", "address", "language", "off_because", "fetch_every", "credential"):
            setattr(source, name, fields[name])
    try:
        source.full_clean()
    except ValidationError as error:
        raise SourceFileError(f"source {slug}: {'; '.join(error.messages)}") from error
    source.save()
