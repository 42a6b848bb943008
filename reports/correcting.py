"""What a report's language and countries are held to be, and people setting them right.

A report is never rewritten: a correction stands beside it, and the latest of a field holds. What was suggested for the
report is searched again by the stage that suggests.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from countries.models import Country
from countries.names import is_state
from people.models import User
from people.permissions import Action, may
from reports.custody import note
from reports.languages import LANGUAGE, UNKNOWN
from reports.models import CustodyEntry, Report, ReportCorrection
from reports.subjects import countries_about

Field = ReportCorrection.Field
COUNTRIES_MAX = 20  # of a correction: a report on more is about none of them in particular
REASON_MAX = 500


class CorrectionError(ValueError):
    """A correction that cannot stand; says what was found and what was wanted."""


class CorrectedMeanwhile(CorrectionError):
    """Another was quicker: `correction` says who, when and what."""

    def __init__(self, correction: ReportCorrection) -> None:
        super().__init__(
            f"report {correction.report_id}: found its {correction.field} corrected meanwhile "
            f"({', '.join(correction.became) or 'none'}); wanted what you saw: look again"
        )
        self.correction = correction


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """What holds of a report. `…_by`: said, found, corrected, person, or empty: nobody looked."""

    language: str
    language_by: str
    countries: tuple[str, ...]
    countries_by: str
    corrections: tuple[ReportCorrection, ...] = ()  # latest first

    @property
    def is_unknown_language(self) -> bool:
        """Whether nobody knows which language it is."""
        return self.language == UNKNOWN

    @property
    def seen(self) -> int:
        """The latest correction that this rests on; 0 without one."""
        return max((one.pk for one in self.corrections), default=0)

    def latest(self, field: str) -> ReportCorrection | None:
        """The correction of `field` that holds."""
        return next((one for one in self.corrections if one.field == field), None)


def held(report: Report, corrections: Iterable[ReportCorrection] | None = None) -> Held:
    """What holds of `report` now: what people set right, else what was said or found as it was taken in."""
    rows = report.corrections.select_related("by") if corrections is None else corrections
    latest_first = tuple(sorted(rows, key=lambda one: -one.pk))
    original = now = _as_taken_in(report)
    for one in reversed(latest_first):
        now = _with(now, one, original)
    return dataclasses.replace(now, corrections=latest_first)


def _as_taken_in(report: Report) -> Held:
    said, found = list(report.countries_said), report.countries_found
    countries = tuple(countries_about(said, found or []))
    if countries and set(countries) == set(filter(is_state, said)):
        return Held(report.language, report.language_by, countries, "said")
    by = "found" if found is not None or countries else ""
    return Held(report.language, report.language_by, countries, by)


def _with(before: Held, correction: ReportCorrection, original: Held) -> Held:
    became = tuple(correction.became)
    if correction.field == Field.LANGUAGE:
        by = original.language_by if became == (original.language,) else "person"
        return dataclasses.replace(before, language=became[0], language_by=by)
    by = original.countries_by if became == original.countries else "person"
    return dataclasses.replace(before, countries=became, countries_by=by)


@transaction.atomic
def correct(
    *,
    report_id: int,
    by: User,
    at: dt.datetime,
    language: str | None = None,
    countries: Sequence[str] | None = None,
    reason: str = "",
    seen: int | None = None,
) -> tuple[ReportCorrection, ...]:
    """A row for each field that is now otherwise; none where all is as it was. What is None stays.

    `countries` are ISO3 codes, in the order of their weight; an empty list says that it is about none. `seen` is the
    latest correction that this person saw (0 for none). Raises CorrectionError, CorrectedMeanwhile.
    """
    report = _locked(report_id, by)
    now = held(report)
    if seen is not None and seen != now.seen:
        raise CorrectedMeanwhile(now.corrections[0])
    wanted: dict[str, tuple[list[str], list[str]]] = {}
    if language is not None:
        wanted[Field.LANGUAGE] = [now.language], [_language(language)]
    if countries is not None:
        wanted[Field.COUNTRIES] = list(now.countries), _countries(countries)
    said = {"by": by, "at": at, "reason": _reason(reason)}
    return tuple(
        _noted(ReportCorrection.objects.create(report=report, field=field, was=was, became=became, **said))
        for field, (was, became) in wanted.items()
        if was != became
    )


def _noted(correction: ReportCorrection) -> ReportCorrection:
    """The same, written into the report's chain; the report is held."""
    said: dict[str, Any] = {"correction": correction.pk, "field": str(correction.field)}
    said |= {"was": correction.was, "became": correction.became, "undoes": correction.undoes_id}
    note(
        CustodyEntry.Deed.CORRECTED, at=correction.at, report_id=correction.report_id, by_id=correction.by_id,
        is_held=True, **said,
    )  # fmt: skip
    return correction


@transaction.atomic
def undo(*, correction_id: int, by: User, at: dt.datetime) -> ReportCorrection:
    """Takes the latest correction of a field back, by another row. Raises CorrectionError, CorrectedMeanwhile."""
    correction = ReportCorrection.objects.visible_to(by).filter(pk=correction_id).first()
    if correction is None:
        raise CorrectionError(f"correction {correction_id}: found none that you may see")
    latest = held(_locked(correction.report_id, by)).latest(correction.field)
    if latest is not None and latest != correction:
        raise CorrectedMeanwhile(latest)
    if correction.undoes_id is not None:
        raise CorrectionError(f"correction {correction_id}: found that it takes another back; correct it anew instead")
    back = ReportCorrection.objects.create(
        report=correction.report, field=correction.field, was=correction.became, became=correction.was,
        by=by, at=at, undoes=correction,
    )  # fmt: skip
    return _noted(back)


def _locked(report_id: int, by: User) -> Report:
    """The report, held until the transaction ends, so that two people correct it one after the other."""
    if not may(by, Action.ENTER_EVIDENCE):
        raise CorrectionError(f"role {by.role}: may not {Action.ENTER_EVIDENCE.value}")
    rows = Report.objects.visible_to(by).select_for_update(of=("self",)).defer("bytes", "text")
    report = rows.filter(pk=report_id).first()
    if report is None:
        raise CorrectionError(f"report {report_id}: found none that you may see")
    return report


def _language(code: str) -> str:
    if not LANGUAGE.fullmatch(code):
        raise CorrectionError(f"language: found no code of one; wanted two or three small letters, or {UNKNOWN}")
    return code


def _countries(codes: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(codes))
    if len(wanted) > COUNTRIES_MAX:
        raise CorrectionError(f"countries: found {len(wanted)}; wanted at most {COUNTRIES_MAX}")
    unknown = set(wanted) - set(Country.objects.filter(iso3__in=wanted).values_list("iso3", flat=True))
    if unknown:
        raise CorrectionError(
            f"countries: found {len(unknown)} that are no ISO3 code of a State here; wanted such codes"
        )
    return wanted


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) > REASON_MAX:
        raise CorrectionError(f"reason: found {len(reason)} characters; wanted at most {REASON_MAX}")
    return reason
