"""Keeps reports as close as whoever sent them wants: what is sent again as more sensitive is never opened by that."""

import datetime as dt
from collections.abc import Sequence

from people.permissions import Sensitivity
from reports.custody import Deed, Note, write
from reports.models import Report, ReportQuerySet


def closeness(said: int, *, is_letter: bool, carrier: Report | None) -> int:
    """As close as the sender, the kind of file, and what it came in want: an annex is part of its letter."""
    least = Sensitivity.INTERNAL if is_letter else Sensitivity.PUBLIC
    return max(said, least, carrier.sensitivity if carrier else Sensitivity.PUBLIC)


def keep_as_close(report: Report, sensitivity: int, *, at: dt.datetime) -> None:
    """What somebody sends again as more sensitive is kept so, with what it carried; it is never opened by that."""
    if sensitivity > report.sensitivity:
        _close(Report.objects.filter(pk__in=_with_what_it_carried(report)), sensitivity, at)
        report.sensitivity = sensitivity


def _with_what_it_carried(report: Report) -> list[int]:
    """Numbers of the report and of all that came in it, however deep; a file may have come in itself."""
    found: set[int] = set()
    layer = {report.pk}
    while layer:
        found |= layer
        layer = set(Report.objects.filter(carrier__in=layer).values_list("pk", flat=True)) - found
    return sorted(found)


def standing(digests: Sequence[str], sensitivity: int, *, at: dt.datetime) -> set[str]:
    """Those that are here already; none of them stays more open than it came this time."""
    here = Report.objects.filter(sha256__in=digests)
    if sensitivity > Sensitivity.PUBLIC:
        _close(here, sensitivity, at)
    return set(here.values_list("sha256", flat=True))


def _close(reports: ReportQuerySet, sensitivity: int, at: dt.datetime) -> None:
    rows = reports.filter(sensitivity__lt=sensitivity).order_by("pk").select_for_update(no_key=True)
    before = dict(rows.values_list("pk", "sensitivity"))
    if before:
        Report.objects.filter(pk__in=before).update(sensitivity=sensitivity)
        notes = [Note(Deed.CLOSED, pk, None, {"was": was, "became": int(sensitivity)}) for pk, was in before.items()]
        write(notes, at=at, stage="read", is_held=True)
