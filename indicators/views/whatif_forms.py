"""The forms of a what-if: one piece, one made-up piece, one series value. They save nothing; they make a change."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from indicators.fields import DayField, Grouped, Line, Pick, offer
from indicators.forms import ANCHORS
from indicators.models import Evidence, SeriesValue
from indicators.whatif import ChangeError, MadeUp, Regraded, Revalued
from indicators.whatif.applied import check_day, check_value
from indicators.whatif.changes import read_event, read_family, read_value, written
from indicators.whatif.words import MITIGATES, RAISES
from reports.models import Reliability

DIRECTIONS = [("1", _(RAISES)), ("-1", _(MITIGATES))]


def refused_by(check: Callable[[], Any]) -> Any:
    """What `check` gives; its refusal becomes the field's message."""
    try:
        return check()
    except ChangeError as error:
        raise forms.ValidationError(str(error)) from error


class GradedForm(forms.Form):
    """What every piece has: two grades, severity, direction, day."""

    reliability = Pick(Reliability.choices, label=_("Grade of the source"))
    credibility = Pick(Evidence.Credibility.choices, label=_("Grade of the statement"))
    severity = Pick(ANCHORS, label=_("Severity"))
    polarity = Pick(DIRECTIONS, label=_("Direction"))
    event_on = DayField(label=_("Event day"))

    latest: dt.date

    def clean_event_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["event_on"]
        refused_by(lambda: check_day(day, self.latest))
        return day

    @property
    def grade(self) -> str:
        """Both letters, such as B2."""
        return f"{self.cleaned_data['reliability']}{self.cleaned_data['credibility']}"


class PieceForm(GradedForm):
    """One piece of evidence as it would be otherwise."""

    def __init__(self, data: Any, *, piece: Evidence, latest: dt.date, **options: Any) -> None:
        super().__init__(data, **options)
        self.piece, self.latest = piece, min(latest, piece.known_at.date())

    def change(self) -> Regraded | None:
        """What differs from the piece as it is; None: nothing."""
        data, piece = self.cleaned_data, self.piece
        severity, polarity = int(data["severity"]), int(data["polarity"])
        change = Regraded(
            piece.pk,
            self.grade if self.grade != piece.grade else "",
            severity if severity != piece.severity else None,
            polarity if polarity != piece.polarity else None,
            data["event_on"] if data["event_on"] != piece.event_on else None,
        )
        return change if change.changes_something else None


class MadeUpForm(GradedForm):
    """One piece that nobody found."""

    code = Pick(empty=_("choose an indicator"), label=_("Indicator"))  # the list's own filter is called `indicator`
    family = Line(
        label=_("Who found it"),
        initial="made-up-body",
        help_text=_("A short name. Two pieces of one body on one event count once; of two bodies, each counts."),
    )
    event = Line(
        required=False,
        label=_("Name of the event"),
        help_text=_("The name of a listed event joins it. Empty, it is an event of its own."),
    )
    field_order = ("code", "severity", "polarity", "reliability", "credibility", "event_on", "family", "event")

    def __init__(self, data: Any, *, indicators: Grouped, latest: dt.date, **options: Any) -> None:
        super().__init__(data, **options)
        self.latest = latest
        offer(self, "code", indicators)
        self.fields["event_on"].help_text = gettext("At the latest %(latest)s.") % {"latest": latest}
        for name in ("family", "event"):
            self.fields[name].widget.attrs |= {"list": f"known-{name}", "autocomplete": "off"}

    def clean_family(self) -> str:
        return str(refused_by(lambda: read_family(self.cleaned_data["family"])))

    def clean_event(self) -> str:
        name: str = self.cleaned_data["event"]
        return str(refused_by(lambda: read_event(name))) if name else ""

    def change(self) -> MadeUp:
        """The piece."""
        data = self.cleaned_data
        return MadeUp(
            data["code"], self.grade, int(data["severity"]), data["event_on"], int(data["polarity"]),
            data["family"], data["event"],
        )  # fmt: skip


class ValueForm(forms.Form):
    """One series value as it would be otherwise."""

    value = Line(label=_("Value"), max_length=25)

    def __init__(self, data: Any, *, row: SeriesValue, **options: Any) -> None:
        super().__init__(data, **options)
        self.row = row
        self.fields["value"].widget.attrs["inputmode"] = "decimal"

    def clean_value(self) -> float:
        value: float = refused_by(lambda: read_value(self.cleaned_data["value"].replace(",", "")))
        refused_by(lambda: check_value(value, self.row.definition))
        return value

    def change(self) -> Revalued | None:
        """The new value; None: it is the old one."""
        value: float = self.cleaned_data["value"]
        return None if written(value) == written(self.row.value) else Revalued(self.row.pk, value)
