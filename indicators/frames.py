"""The database's door to the arithmetic: rows as columns, never ORM objects."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import TruncDate

from indicators.events import event_digest_line
from indicators.evidence_table import EvidenceTable, evidence_table
from indicators.models import Evidence, Indicator, MethodVersion, SeriesValue
from indicators.scoring.catalogue import Catalogue
from indicators.scoring.evidence_rows import EvidenceColumns, EvidenceRows
from indicators.scoring.parameters import Parameters
from indicators.scoring.series_rows import SeriesColumns, SeriesRows
from indicators.voices import Voice, digest_line
from people.permissions import Sensitivity


class NoMethodError(LookupError):
    """No method has been published; `manage.py load_reference` publishes the shipped one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Method:
    """A method version as the arithmetic takes it."""

    version: MethodVersion
    parameters: Parameters
    catalogue: Catalogue
    titles: dict[int, str]  # of the factors, by number


@dataclasses.dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that scores of some countries rest on; `countries` is the order of the units."""

    countries: tuple[str, ...]
    evidence: EvidenceRows
    series: SeriesRows
    digests: dict[str, str]


def version_in_use() -> MethodVersion:
    """The method in use as it is stored (`MethodVersionQuerySet.by_use`). Raises NoMethodError."""
    version = MethodVersion.objects.by_use().select_related("framework").first()
    if version is None:
        raise NoMethodError("method: found none; wanted `manage.py load_reference` first")
    return version


def method_in_use() -> Method:
    """The method in use. Raises NoMethodError."""
    return method_of(version_in_use())


def method_of(version: MethodVersion) -> Method:
    """A stored method version as parameters and catalogue; no object is made of an indicator."""
    fields = ("code", "factor__number", "weight", "nature", "factor__title")
    listed = Indicator.objects.filter(framework=version.framework_id).order_by("order")
    rows = list(listed.values_list(*fields))
    catalogue = Catalogue.from_entries(
        dict(zip(("id", "factor", "weight", "nature"), row, strict=False)) for row in rows
    )
    titles = {number: title for _, number, _, _, title in rows}
    return Method(version, Parameters.from_mapping(version.parameters), catalogue, titles)


def method_with(version: MethodVersion, indicators: Iterable[Indicator]) -> Method:
    """The same, from the framework's indicators already loaded with their factors, in catalogue order."""
    rows = list(indicators)
    titles = {row.factor.number: row.factor.title for row in rows}
    return Method(version, Parameters.from_mapping(version.parameters), catalogue_of(rows), titles)


def catalogue_of(indicators: Iterable[Indicator]) -> Catalogue:
    """A framework version's indicators, loaded with their factors in catalogue order, as the arithmetic takes them."""
    return Catalogue.from_entries(
        {"id": row.code, "factor": row.factor.number, "weight": row.weight, "nature": row.nature} for row in indicators
    )


EvidenceTuple = tuple[Any, ...]  # the fields of EvidenceColumns in their order
SeriesTuple = tuple[Any, ...]  # the columns of _SERIES
_EVIDENCE_COLUMNS = [field.name for field in dataclasses.fields(EvidenceColumns)]  # in the order of `evidence_tuple`
_FAMILY, _EVENT = _EVIDENCE_COLUMNS.index("family"), _EVIDENCE_COLUMNS.index("event")
_SERIES = ("country__iso3", "definition__slug", "value", "period_end", "known_on", "retracted_on", "pk")


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """Accepted evidence and scored series as read: what every method with the same catalogue is given."""

    evidence: EvidenceTable
    series: list[SeriesTuple]


def read(
    method: Method,
    countries: Sequence[str] | None = None,
    *,
    known_by: dt.date | None = None,
    without: Collection[int] = (),
    without_values: Collection[int] = (),
) -> Rows:
    """The rows of some countries, or of all; the rest as for `inputs`."""
    return Rows(evidence_table(method, countries, known_by, without), _series(countries, known_by, without_values))


def inputs_of(rows: Rows, method: Method, countries: Sequence[str] | None = None) -> Inputs:
    """Rows as a method takes them, of some countries in their order, or of all that have any."""
    evidence, series = rows.evidence, [row for row in rows.series if row[1] in method.version.goalposts]
    order = tuple(countries) if countries is not None else tuple(sorted({*evidence.iso3s, *(row[0] for row in series)}))
    return _joined(order, evidence.columns(order), evidence.digest_lines(), series, method)


def inputs(
    method: Method,
    countries: Sequence[str] | None = None,
    *,
    known_by: dt.date | None = None,
    without: Collection[int] = (),
    without_values: Collection[int] = (),
) -> Inputs:
    """Accepted evidence (retracted rows included) and scored series of some countries, or of all that have any.

    `known_by` leaves out what became known later, `without` the evidence of these numbers, `without_values` the values
    of series. Evidence of every framework version counts by its code (`reference_loading` lets no code change its
    meaning); what stands on a code that the catalogue lacks is left out.
    """
    rows = read(method, countries, known_by=known_by, without=without, without_values=without_values)
    return inputs_of(rows, method, countries)


def assembled(
    evidence: Iterable[EvidenceTuple],
    series: Iterable[SeriesTuple],
    method: Method,
    order: tuple[str, ...],
    voices: Mapping[int, Voice] | None = None,
    links: Mapping[int, str] | None = None,
) -> Inputs:
    """Rows in the order of `EvidenceColumns` and `_SERIES` as inputs of the arithmetic.

    `voices` as `voices.voices`, `links` as `events.linked`.
    """
    codes, said, events = set(method.catalogue.codes), voices or {}, links or {}
    known = [_placed(_spoken(row, said), events) for row in evidence if row[1] in codes]
    columns = EvidenceColumns(**dict(zip(_EVIDENCE_COLUMNS, _columns(known, len(_EVIDENCE_COLUMNS)), strict=True)))
    lines: dict[str, list[str]] = {}
    for row in known:
        lines.setdefault(row[0], []).append(f"evidence:{row[-1]}:{row[8] or ''}")
        if row[-1] in said:
            lines[row[0]].append(digest_line(row[-1], said[row[-1]].family))
        if row[-1] in events:
            lines[row[0]].append(event_digest_line(row[-1], events[row[-1]]))
    return _joined(order, columns, lines, series, method)


def _spoken(row: EvidenceTuple, said: Mapping[int, Voice]) -> EvidenceTuple:
    """The row by the body as which it counts."""
    voice = said.get(row[-1])
    return row if voice is None else (*row[:_FAMILY], voice.family, *row[_FAMILY + 1 :])


def _placed(row: EvidenceTuple, links: Mapping[int, str]) -> EvidenceTuple:
    """The row in the event that people gave it."""
    event = links.get(row[-1])
    return row if event is None else (*row[:_EVENT], event, *row[_EVENT + 1 :])


def _joined(
    order: tuple[str, ...],
    columns: EvidenceColumns,
    lines: dict[str, list[str]],
    series: Iterable[SeriesTuple],
    method: Method,
) -> Inputs:
    measured = [row for row in series if row[1] in method.version.goalposts]
    for row in measured:
        lines.setdefault(row[0], []).append(f"series:{row[-1]}:{row[5] or ''}")
    return Inputs(
        countries=order,
        evidence=EvidenceRows.from_columns(columns, method.catalogue, order),
        series=_series_rows(measured, method, order),
        digests={country: _digest(rows) for country, rows in lines.items()},
    )


def evidence_tuple(row: Evidence, *, as_at: dt.datetime | None = None) -> EvidenceTuple:
    """A loaded row, with indicator, country and family, in the order of `EvidenceColumns`.

    With `as_at`, a retraction that was entered later is not yet there.
    """
    return (
        row.country.iso3, row.indicator.code, row.polarity, row.severity, row.reliability, row.credibility,
        row.event_on, day_of(row.known_at), day_of(retracted_as_at(row, as_at)), row.family.slug, row.event_key,
        row.admin1, row.pk,
    )  # fmt: skip


def retracted_as_at(row: Evidence | SeriesValue, as_at: dt.datetime | None) -> dt.datetime | None:
    """When the row was retracted, as was known at `as_at`; None stands for now."""
    if as_at is not None and row.retracted_at is not None and row.retracted_at > as_at:
        return None
    return row.retracted_at


def series_tuple(row: SeriesValue, *, as_at: dt.datetime | None = None) -> SeriesTuple:
    """A loaded row, with country and definition, in the order of `_SERIES`; `as_at` as for `evidence_tuple`."""
    return (
        row.country.iso3, row.definition.slug, row.value, row.period_end, day_of(row.known_at),
        day_of(retracted_as_at(row, as_at)), row.pk,
    )  # fmt: skip


def day_of(instant: dt.datetime | None) -> dt.date | None:
    """The UTC day of an instant."""
    return None if instant is None else instant.astimezone(dt.UTC).date()


def stands(known_at: dt.datetime, retracted_at: dt.datetime | None, known_on: dt.date) -> bool:
    """Whether something was known by a day and not retracted by it."""
    known, retracted = day_of(known_at), day_of(retracted_at)
    return known is not None and known <= known_on and not (retracted and retracted <= known_on)


def _series(
    countries: Sequence[str] | None, known_by: dt.date | None, without: Collection[int] = ()
) -> list[SeriesTuple]:
    rows = SeriesValue.objects.filter(is_scored=True).annotate(
        known_on=TruncDate("known_at"), retracted_on=TruncDate("retracted_at")
    )
    if countries is not None:
        rows = rows.filter(country__iso3__in=countries)
    if known_by is not None:
        rows = rows.filter(known_on__lte=known_by)
    if without:
        rows = rows.exclude(pk__in=without)
    return list(rows.order_by("pk").values_list(*_SERIES))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _series_rows(rows: list[tuple[Any, ...]], method: Method, order: tuple[str, ...]) -> SeriesRows:
    country, slug, value, period_end, known_on, retracted_on, pk = _columns(rows, len(_SERIES))
    posts = [method.version.goalposts[name] for name in slug]
    columns = SeriesColumns(
        country=country,
        indicator=[post["indicator"] for post in posts],
        value=value,
        lo=[post["lo"] for post in posts],
        hi=[post["hi"] for post in posts],
        direction=[post["direction"] for post in posts],
        log=[post["log"] for post in posts],
        period_end=period_end,
        known_on=known_on,
        retracted_on=retracted_on,
        row_id=pk,
    )
    return SeriesRows.from_columns(columns, method.catalogue, order)


def _digest(lines: list[str]) -> str:
    """SHA-256 over a country's sorted (kind, row id, day of retraction): over inputs, never over floats."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


EMPTY_DIGEST = _digest([])


def last_days(
    method: Method, countries: Sequence[str], *, day: dt.date, known_on: dt.date
) -> dict[str, tuple[dt.date | None, dt.date | None]]:
    """Of each country with evidence: last event day and last day of knowledge of public rows.

    A snapshot is shown to everybody, so its days must not tell of what only some may see.
    """
    public = Q(sensitivity=Sensitivity.PUBLIC, passage__report__sensitivity=Sensitivity.PUBLIC)
    rows = (
        Evidence.objects.known(day=day, known_on=known_on)
        .filter(country__iso3__in=countries, indicator__code__in=method.catalogue.codes)
        .values("country__iso3")
        .annotate(
            last_event=Max("event_on", filter=public),
            last_known=Max(TruncDate("known_at"), filter=public),
        )
    )
    return {row["country__iso3"]: (row["last_event"], row["last_known"]) for row in rows}
