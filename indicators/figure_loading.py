"""Files of other publishers into figures beside ours: the stage that pulls the files which have none yet."""

import datetime as dt
import logging
from collections.abc import Iterable

from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from countries.attachment import decisions
from countries.models import Country
from indicators.models import FigureLoad, FigureSeries, PublishedFigure
from reports.models import Report
from reports.readers import FIGURES, publishing, series_of
from reports.readers.draft import TERRITORY_CHARACTERS_MAX, ReaderError
from reports.readers.published import Published

log = logging.getLogger(__name__)

BATCH = 1_000  # rows of one INSERT


def waiting() -> QuerySet[Report]:
    """Files of other publishers that have been read and not yet loaded, oldest first."""
    return Report.objects.filter(kind=Report.Kind.DATASET, reader__in=FIGURES, figure_load=None).order_by("pk")


def load_waiting(*, at: dt.datetime) -> int:
    """Loads every waiting file, one transaction each; how many. Safe to run twice."""
    return sum(_load(report_id, at=at) for report_id in waiting().values_list("pk", flat=True))


@transaction.atomic
def _load(report_id: int, *, at: dt.datetime) -> int:
    rows = Report.objects.select_for_update(skip_locked=True, of=("self",))
    report = rows.filter(pk=report_id, figure_load=None).first()
    if report is None:
        return 0
    load = FigureLoad(report=report, loaded_at=at)
    try:
        with transaction.atomic():
            figures, load.not_covered = _figures(report, publishing(report.reader)(bytes(report.bytes)))
            PublishedFigure.objects.bulk_create(figures, batch_size=BATCH)
            load.figures_count = len(figures)
    except (DataError, IntegrityError, KeyError, ValueError) as error:  # ReaderError among them
        # One broken file must not stop the others, nor be read for ever.
        log.error("file %s: loading its figures broke: %s", report.pk, type(error).__name__)
        said = str(error) if isinstance(error, ReaderError) else type(error).__name__
        load.figures_count, load.not_covered, load.failure = 0, [], said[:500]
    load.save()
    return 1


def _figures(report: Report, found: Iterable[Published]) -> tuple[list[PublishedFigure], list[dict[str, object]]]:
    """The figures of the States that they belong to, and the territories that belong to none."""
    countries = {country.iso3: country for country in Country.objects.all()}
    series, decide = _series(report.reader), decisions(report.reader)
    known_at = dt.datetime.combine(report.published_on, dt.time(), dt.UTC)
    figures: list[PublishedFigure] = []
    not_covered: dict[str, dict[str, object]] = {}
    for one in found:
        territory = one.territory[:TERRITORY_CHARACTERS_MAX]
        attachment = decide(territory, one.period_start.year)
        if attachment.treatment == "not_covered":
            not_covered[territory] = {"id": territory, "name": one.name, "why": attachment.note}
        figures += [
            PublishedFigure(
                series=series[one.series],
                country=countries[iso3],
                report=report,
                territory=territory,
                period_start=one.period_start,
                period_until=one.period_until,
                value=one.value,
                words=one.words,
                note="; ".join(part for part in (one.note, attachment.note) if part)[:300],
                known_at=known_at,
            )
            for iso3 in attachment.iso3
        ]
    return figures, [not_covered[key] for key in sorted(not_covered)]


def _series(reader: str) -> dict[str, FigureSeries]:
    """The rows of what the reader knows, made or renamed where a release of ours did so."""
    found = {}
    for one in series_of(reader):
        said = {"reader": reader, "title": one.title, "unit": one.unit}
        found[one.slug], _ = FigureSeries.objects.update_or_create(slug=one.slug, defaults=said)
    return found
