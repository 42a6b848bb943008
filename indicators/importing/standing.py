"""What stands already: a row that says the same, or something else of the same thing."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from indicators.models import Evidence, ImportRow, SeriesValue, TableImport
from indicators.tables.faults import Fault
from reports.ingest import typed_bytes
from reports.models import Passage, Source
from reports.storing import digest

Fate = ImportRow.Fate
LIVE = (Evidence.Status.PROPOSED, Evidence.Status.ACCEPTED)
COMPARED = (  # what of two pieces about the same thing may differ, and how a person reads it
    ("severity", "severity"), ("reliability", "reliability"), ("credibility", "credibility"),
    ("actor", "from whom"), ("claim", "claim"), ("admin1", "area"), ("group", "group at risk"), ("note", "note"),
    ("sensitivity", "sensitivity"),
)  # fmt: skip
PLAIN = frozenset({"severity", "reliability", "credibility", "actor", "claim", "sensitivity"})  # codes, never words
_BATCH = 1_000

Key = tuple[Any, ...]


def compare(kind: str, rows: Sequence[ImportRow], published_on: dt.date | None) -> None:
    """Sets the fate of every good row, and refuses what the file says twice in two ways."""
    good = [row for row in rows if row.fate == Fate.NEW]
    if kind == TableImport.Kind.SERIES:
        _compare_figures(good, published_on or dt.date.max)
        return
    sources = {slug: (family, grade) for slug, family, grade in _sources(good)}
    seen: dict[Key, ImportRow] = {}
    for some in _batches(good):
        _compare_evidence(some, sources, seen)


def _batches(rows: Sequence[ImportRow]) -> Iterable[list[ImportRow]]:
    return (list(rows[first : first + _BATCH]) for first in range(0, len(rows), _BATCH))


# --- evidence ----------------------------------------------------------------------------------------------
def _sources(rows: Sequence[ImportRow]) -> Iterable[tuple[str, str, str]]:
    slugs = {row.values["source"] for row in rows}
    passages = [row.values["passage"] for row in rows if row.values["passage"]]
    of_passages = Q(reports__passages__in=passages) if passages else Q(pk=None)
    chosen = Source.objects.filter(Q(slug__in=slugs) | of_passages).distinct()
    return chosen.values_list("slug", "family__slug", "reliability")


def _compare_evidence(
    rows: Sequence[ImportRow], sources: dict[str, tuple[str, str]], seen: dict[Key, ImportRow]
) -> None:
    of_passage = dict(
        Source.objects.filter(reports__passages__in=[row.values["passage"] for row in rows if row.values["passage"]])
        .values_list("reports__passages", "slug")
    )  # fmt: skip
    keyed = [(row, _key(row, sources, of_passage)) for row in rows]
    live, gone = _standing([key for _, key in keyed])
    for row, key in keyed:
        source = row.values["source"] or of_passage.get(row.values["passage"], "")
        said = row.values | {"reliability": row.values["reliability"] or sources[source][1]}
        first = seen.setdefault(key, row)
        if first is not row:
            _repeats(row, first)
        elif standing := live.get(key):
            _settle(row, said, standing)
        elif (standing := gone.get(key)) and not _differs(said, standing):
            row.fate, row.said = Fate.SAME, f"evidence {standing['pk']}, {standing['status']}"


def _key(row: ImportRow, sources: dict[str, tuple[str, str]], of_passage: dict[int, str]) -> Key:
    said = row.values
    where: int | str = said["passage"] or digest(
        typed_bytes(
            source=said["source"], text=said["text"], locator=said["locator"], url=said["url"],
            published_on=dt.date.fromisoformat(said["published_on"]),
        )
    )  # fmt: skip
    family = said["family"] or sources[said["source"] or of_passage[said["passage"]]][0]
    return (
        where, said["indicator"], said["country"], said["polarity"], said["event_key"], said["event_on"], family,
    )  # fmt: skip


def _standing(keys: Sequence[Key]) -> tuple[dict[Key, dict[str, Any]], dict[Key, dict[str, Any]]]:
    """Pieces that wait or count, and those that were set aside; what an undone import left behind does not stand."""
    digests = [key[0] for key in keys if isinstance(key[0], str)]
    passages = [key[0] for key in keys if isinstance(key[0], int)]
    typed = dict(Passage.objects.filter(report__sha256__in=digests).values_list("pk", "report__sha256"))
    undone = ImportRow.objects.filter(evidence=OuterRef("pk"), table__state=TableImport.State.UNDONE)
    found = Evidence.objects.filter(passage__in={*passages, *typed})  # by numbers: an OR over a join reads all there is
    rows = found.filter(Q(status__in=LIVE) | ~Exists(undone)).order_by("pk").values(
        "pk", "status", "passage", "indicator__code", "country__iso3", "polarity",
        "event_key", "event_on", "family__slug", *(name for name, _ in COMPARED),
    )  # fmt: skip
    live: dict[Key, dict[str, Any]] = {}
    gone: dict[Key, dict[str, Any]] = {}
    for row in rows:
        rest = (
            row["indicator__code"], row["country__iso3"], row["polarity"], row["event_key"], str(row["event_on"]),
            row["family__slug"],
        )  # fmt: skip
        into = live if row["status"] in LIVE else gone
        into[(row["passage"], *rest)] = into[(typed.get(row["passage"]), *rest)] = row
    return live, gone


def _differs(said: dict[str, Any], standing: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, word) for name, word in COMPARED if said[name] != standing[name]]


def _settle(row: ImportRow, said: dict[str, Any], standing: dict[str, Any]) -> None:
    different = _differs(said, standing)
    row.fate, row.said = Fate.SAME, f"evidence {standing['pk']}, {standing['status']}"
    if different:
        changes = [f"{word} {standing[name]} → {said[name]}" if name in PLAIN else word for name, word in different]
        row.fate, row.said = (
            Fate.CHANGED,
            f"evidence {standing['pk']}, {standing['status']}: {', '.join(changes)}"[:300],
        )


def _repeats(row: ImportRow, first: ImportRow) -> None:
    """A second row about the same thing: the same again, or a contradiction that a person has to settle."""
    if row.values == first.values:
        row.fate, row.said = Fate.SAME, f"line {first.line} of this file"
        return
    fault = Fault("", f"the same thing in line {first.line} with other values", "each thing once; correct one of them")
    row.fate, row.faults = Fate.REFUSED, [fault.as_json()]


# --- series ------------------------------------------------------------------------------------------------
def _compare_figures(rows: Sequence[ImportRow], published_on: dt.date) -> None:
    """Against what was known on the day of this release: an older release never hides behind a younger one."""
    before, same_day = _figures({row.values["series"] for row in rows}, published_on)
    seen: dict[Key, ImportRow] = {}
    for row in rows:
        said = row.values
        key = (said["series"], said["country"], said["period_end"])
        first = seen.setdefault(key, row)
        if first is not row:
            _repeats(row, first)
        elif key in same_day and said["value"] != same_day[key][0]:
            standing = f"value {same_day[key][1]}, known since the same day, is {same_day[key][0]:g}"
            fault = Fault("", standing, "a release of a later day, or that import undone first")
            row.fate, row.faults = Fate.REFUSED, [fault.as_json()]
        elif key in before:
            value, pk, known_on = before[key]
            is_same = value == said["value"]
            row.fate = Fate.SAME if is_same else Fate.CHANGED
            row.said = f"value {pk}, known since {known_on}" + ("" if is_same else f": {value:g} → {said['value']:g}")


def _figures(
    slugs: set[str], published_on: dt.date
) -> tuple[dict[Key, tuple[float, int, dt.date]], dict[Key, tuple[float, int]]]:
    """The latest figure of each key known by the day, and those known since that very day."""
    rows = SeriesValue.objects.filter(definition__slug__in=slugs, retracted_at=None).order_by("known_at", "pk")
    listed = rows.values_list("definition__slug", "country__iso3", "period_end", "value", "pk", "known_at")
    before: dict[Key, tuple[float, int, dt.date]] = {}
    same_day: dict[Key, tuple[float, int]] = {}
    for slug, iso3, period_end, value, pk, known_at in listed.iterator():
        key, known_on = (slug, iso3, str(period_end)), known_at.astimezone(dt.UTC).date()
        if known_on <= published_on:
            before[key] = (value, pk, known_on)
        if known_on == published_on:
            same_day[key] = (value, pk)
    return before, same_day
