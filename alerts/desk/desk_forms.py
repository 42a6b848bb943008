"""Forms of the release desk: a decision with its reason, and a draft in other words."""

import dataclasses
import datetime as dt
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.desk.drafts import Words
from alerts.desk.edit import HEADLINE_MOST, PART_MOST
from alerts.desk.sent import WRONG_MOST, latest_about
from alerts.models import Alert
from alerts.policy import rules
from alerts.raising import lapsing
from alerts.raising.wording import HEADLINE_WORDS
from indicators.fields import Carried, DayField, Line, Said, TickBox, Whole
from indicators.forms import ReasonForm


class DecisionForm(ReasonForm):
    """Release or refusal; each has its own ids, since both stand on one page. `seen`: the words that were looked at."""

    seen = Carried(required=False, max_length=64)

    def __init__(self, name: str, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id=f"{name}-%s", **options)


def _part(label: Said, *, help_text: Said = "", required: bool = True, rows: int = 3) -> Line:
    return Line(
        max_length=PART_MOST, label=label, help_text=help_text, required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Found nothing; wanted words.")},
    )  # fmt: skip


class WordsForm(ReasonForm):
    """An alert in other words, with the reason, and with what the person saw when the page was opened."""

    headline = Line(
        max_length=HEADLINE_MOST,
        label=_("Headline"),
        help_text=format_lazy(_("The reason, in at most {words} words."), words=HEADLINE_WORDS),
    )
    what_changed = _part(_("What changed"))
    how_sure = _part(_("How sure"))
    not_known = _part(_("What is not known"))
    who_is_at_risk = _part(
        _("Who is at risk"),
        required=False,
        help_text=_("From a published assessment; empty: said to be missing."),
    )
    can_be_done = _part(_("What can be done"), rows=4)
    valid_until = DayField(label=_("Valid until"))
    seen = Carried(required=False, max_length=64)
    field_order: tuple[str, ...] = (
        "headline", "what_changed", "how_sure", "not_known", "who_is_at_risk", "can_be_done", "valid_until", "reason",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, alert: Alert, day: dt.date) -> None:
        words = Words.of(alert)
        super().__init__(data, initial=dataclasses.asdict(words) | {"seen": words.digest()})
        last = rules.valid_until(level=alert.level, day=day)
        self.fields["valid_until"].help_text = _between(day, last)
        self.fields["reason"].label = gettext("Why you change it")
        self.fields["reason"].help_text = gettext("Kept with your name and the words before. Staff alone read it.")

    def words(self) -> Words:
        """What was typed."""
        return Words(**{field.name: self.cleaned_data[field.name] for field in dataclasses.fields(Words)})


def _between(first: dt.date, last: dt.date) -> str:
    return gettext("A day from %(first)s to %(last)s.") % {
        "first": date_format(first, "j F Y"),
        "last": date_format(last, "j F Y"),
    }


def _wrong() -> Line:
    return Line(
        min_length=3, max_length=WRONG_MOST, label=_("What was wrong"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who got the alert reads this, and it stands in the archive: only what is public."),
        error_messages={
            "required": format_lazy(_("Found nothing; wanted 3 to {most} characters."), most=WRONG_MOST),
            "min_length": format_lazy(_("Found fewer than 3 characters; wanted 3 to {most}."), most=WRONG_MOST),
        },
    )  # fmt: skip


class WithdrawForm(ReasonForm):
    """Taking an alert back asks for one confirming tick."""

    wrong = _wrong()
    is_sure = TickBox(
        label=_("Take it back, for good, and write to everybody who got it"),
        error_messages={"required": _("Found the box not ticked; wanted it ticked, since this cannot be undone.")},
    )
    field_order = ("wrong", "reason", "is_sure")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].label = gettext("Why you take it back")
        self.fields["reason"].help_text = gettext("Kept with your name. Staff alone read it.")


class CorrectForm(WordsForm):
    """An alert that went out in right words; `last` is the last correction that the person saw."""

    wrong = _wrong()
    last = Whole(widget=forms.HiddenInput, min_value=0)
    field_order = ("wrong", *WordsForm.field_order)

    def __init__(self, data: Any = None, *, alert: Alert, day: dt.date) -> None:
        super().__init__(data, alert=alert, day=day)
        last = rules.valid_until(level=alert.level, day=day)
        self.initial["last"] = latest_about(alert)
        self.initial["valid_until"] = min(lapsing.goes_until(alert, day=day), last)
        self.fields["what_changed"].help_text = gettext("As it is right; what was wrong is said before it.")
        self.fields["reason"].label = gettext("Why you correct it")
        self.fields["reason"].help_text = gettext("Kept with your name. Staff alone read it.")
