"""Confirmed rows into the record: proposed evidence by the rules of the entry form, figures as one release."""

import dataclasses
import datetime as dt
import logging
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count

from countries.models import Country
from indicators.entering import Entry, EntryError, enter, of_passage
from indicators.importing import beginning
from indicators.importing.sending import READER, Choices
from indicators.models import ImportRow, Indicator, RescoreRequest, TableImport
from indicators.tables.faults import Fault
from reports.models import Family, Passage, Report, Source

log = logging.getLogger(__name__)
Kind, State, Fate = TableImport.Kind, TableImport.State, ImportRow.Fate
CHUNK = 100  # pieces of evidence in one transaction: progress is seen, and a killed worker loses no more than these

# Nothing is known of rows written a moment ago: left alone, the planner would compare each with each.
_NO_LOOPS = "SET LOCAL enable_nestloop = off"
_LOOPS = "SET LOCAL enable_nestloop = on"
_PUT = """
WITH staged AS MATERIALIZED (
    SELECT r.id, r.line, d.id AS definition_id, c.id AS country_id, c.iso3, (r.values->>'value')::float8 AS value,
        (r.values->>'period_end')::date AS period_end
    FROM indicators_importrow r
    JOIN indicators_seriesdefinition d ON d.slug = r.values->>'series'
    JOIN countries_country c ON c.iso3 = r.values->>'country'
    WHERE r.table_id = %(table)s AND r.fate IN ('new', 'changed') AND NOT r.is_written
), put AS (
    INSERT INTO indicators_seriesvalue
        (definition_id, country_id, report_id, territory, value, period_end, known_at, is_scored, note)
    SELECT definition_id, country_id, %(report)s, iso3, value, period_end, %(known_at)s, true, ''
    FROM staged ORDER BY line
    ON CONFLICT DO NOTHING
    RETURNING id, definition_id, country_id, period_end
)
UPDATE indicators_importrow r SET is_written = true, series_value_id = put.id
FROM put JOIN staged USING (definition_id, country_id, period_end)
WHERE r.id = staged.id
"""


class _Stopped(Exception):
    """All or nothing, and one row cannot go in."""


def write_waiting(*, at: dt.datetime, installation_day: dt.date) -> int:
    """Writes every confirmed import; how many were ended. Safe to run twice: a row is written once."""
    waiting = TableImport.objects.filter(state=State.CONFIRMED).order_by("attempts", "moved_at", "pk")
    numbers = list(waiting.values_list("pk", flat=True))
    return sum(_write(pk, at=at, installation_day=installation_day) for pk in numbers)


def _write(import_id: int, *, at: dt.datetime, installation_day: dt.date) -> int:
    """Step after step to the end; 1 if it came there. Workers that stop at the same step are counted."""
    try:
        while attempt := beginning.begin(import_id, State.CONFIRMED):
            with transaction.atomic():
                table = _claimed(import_id)
                if table is None:
                    return 0
                if _step(table, attempt, at=at, installation_day=installation_day):
                    return 1
                TableImport.objects.filter(pk=import_id).update(attempts=0)
    except OperationalError:
        beginning.give_back(import_id)
        raise
    return 0


def _claimed(import_id: int) -> TableImport | None:
    """The import for this worker alone until its transaction ends; None where another has it, or it is ended."""
    rows = TableImport.objects.select_for_update(skip_locked=True, of=("self",)).defer("payload")
    return rows.select_related("sent_by").filter(pk=import_id, state=State.CONFIRMED).first()


def _step(table: TableImport, attempt: int, *, at: dt.datetime, installation_day: dt.date) -> bool:
    """Writes the next rows; whether that was the end."""
    if attempt > beginning.ATTEMPTS_MAX:
        _break(table, beginning.given_up("writing"), at)
        return True
    try:
        with transaction.atomic():
            if table.kind == Kind.SERIES:
                _put_figures(table, at=at)
            elif _enter_some(table, at=at, installation_day=installation_day):
                return False
            _end(table, State.DONE, at)
    except _Stopped as error:
        _end(table, State.FAILED, at, str(error))
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  one broken import must not stop the others, nor be tried for ever
        log.error("import %s: writing broke: %s", table.pk, type(error).__name__)
        _break(table, f"writing broke ({type(error).__name__}); please report it", at)
    return True


def _break(table: TableImport, reason: str, at: dt.datetime) -> None:
    """What was written in earlier steps stays: then the import is done as far as it got, and can be undone."""
    written = ImportRow.objects.filter(table=table, is_written=True).exists()
    _end(table, State.DONE if written else State.FAILED, at, reason)


def _end(table: TableImport, state: TableImport.State, at: dt.datetime, failure: str = "") -> None:
    table.state, table.moved_at, table.finished_at, table.failure = state, at, at, failure[:500]
    table.counts, table.attempts = counted(table), 0
    table.save(update_fields=["state", "moved_at", "finished_at", "failure", "counts", "report", "attempts"])


def counted(table: TableImport) -> dict[str, int]:
    """Rows by fate, and how many were written."""
    fates = dict(table.rows.values_list("fate").annotate(n=Count("pk")).order_by())
    return {**fates, "written": table.rows.filter(is_written=True).count()}


# --- evidence ----------------------------------------------------------------------------------------------
def _enter_some(table: TableImport, *, at: dt.datetime, installation_day: dt.date) -> int:
    """Enters the next rows, or with all or nothing every one; how many."""
    waiting = table.rows.filter(fate=Fate.NEW, is_written=False).order_by("line")
    rows = list(waiting if table.all_or_nothing else waiting[:CHUNK])
    known = _known(rows)
    for row in rows:
        try:
            with transaction.atomic():
                entry = known.entry(row.values)
                row.evidence = enter(entry=entry, coder=table.sent_by, at=at, installation_day=installation_day)
            row.is_written = True
        except (EntryError, LookupError) as error:
            said = (
                str(error) if isinstance(error, EntryError) else "found something that is gone since; wanted it there"
            )
            if table.all_or_nothing:
                raise _Stopped(f"line {row.line}: {said}. Nothing was written") from error
            row.fate, row.faults = Fate.REFUSED, [Fault("", *_halves(said)).as_json()]
        row.save(update_fields=["fate", "faults", "is_written", "evidence"])
    return len(rows)


def _halves(said: str) -> tuple[str, str]:
    found, _, wanted = said.removeprefix("found ").partition("; wanted ")
    return found, wanted or "a row that can be entered"


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    countries: dict[str, Country]
    indicators: dict[str, Indicator]
    sources: dict[str, Source]
    families: dict[str, Family]
    passages: dict[int, Passage]

    def entry(self, said: dict[str, Any]) -> Entry:
        """What the form would have given. Raises LookupError where something was removed since the check."""
        same = ("severity", "polarity", "credibility", "reliability", "admin1", "actor", "claim", "group", "note",
                "event_key", "sensitivity")  # fmt: skip
        if said["passage"]:
            of = of_passage(self.passages[said["passage"]])
        else:
            day = dt.date.fromisoformat(said["published_on"])
            of = {"source": self.sources[said["source"]], "published_on": day}
            of |= {name: said[name] for name in ("text", "locator", "url")}
        return Entry(
            country=self.countries[said["country"]],
            indicator=self.indicators[said["indicator"]],
            event_on=dt.date.fromisoformat(said["event_on"]),
            family=self.families[said["family"]] if said["family"] else None,
            **{name: said[name] for name in same},
            **of,
        )


def _known(rows: list[ImportRow]) -> _Known:
    def named(name: str) -> set[Any]:
        return {row.values[name] for row in rows if row.values[name]}

    passages = Passage.objects.filter(pk__in=named("passage")).select_related("report__source__family")
    return _Known(
        {row.iso3: row for row in Country.objects.filter(iso3__in=named("country"))},
        {row.code: row for row in Indicator.objects.in_use().filter(code__in=named("indicator"))},
        {row.slug: row for row in Source.objects.filter(slug__in=named("source")).select_related("family")},
        {row.slug: row for row in Family.objects.filter(slug__in=named("family"))},
        {row.pk: row for row in passages.defer("report__bytes", "report__text")},
    )


# --- series ------------------------------------------------------------------------------------------------
def _put_figures(table: TableImport, *, at: dt.datetime) -> None:
    """All in one statement: readers see every figure of the release or none."""
    report = _release(table, at=at)
    known_at = dt.datetime.combine(report.published_on, dt.time(), dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(_NO_LOOPS)
        cursor.execute(_PUT, {"table": table.pk, "report": report.pk, "known_at": known_at})
        cursor.execute(_LOOPS)
    table.rows.filter(fate__in=[Fate.NEW, Fate.CHANGED], is_written=False).update(
        fate=Fate.SAME, said="written by another import of this file meanwhile"
    )
    table.report = report
    touched = table.rows.filter(is_written=True).values_list("series_value__country", flat=True).distinct()
    RescoreRequest.objects.bulk_create(RescoreRequest(country_id=pk, asked_at=at) for pk in sorted(touched))


def _release(table: TableImport, *, at: dt.datetime) -> Report:
    """The bytes as a dataset release; those that are here already keep their report."""
    choices = Choices.from_json(table.choices)
    payload = bytes(TableImport.objects.values_list("payload", flat=True).get(pk=table.pk))
    defaults = {
        "source": Source.objects.get(slug=choices.source),
        "kind": Report.Kind.DATASET,
        "reader": READER,
        "title": choices.title or f"Imported table {table.pk}",
        "published_on": choices.published_on,
        "media_type": "text/csv" if not payload.startswith(b"PK") else MEDIA_TYPE_XLSX,
        "bytes": payload,
        "received_at": at,
    }
    return Report.objects.get_or_create(sha256=table.sha256, defaults=defaults)[0]


MEDIA_TYPE_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
