"""One entry of the lexicon as a person types it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.fields import Pick, offer
from indicators.forms import indicator_choices
from indicators.matching import editing

TEXT_MAX = 60_000
SEVERITIES = (("1", "1: slight"), ("2", "2: moderate"), ("3", "3: serious"), ("4", "4: extreme"))
POLARITIES = (("risk", _("a sign of risk")), ("mitigation", _("something that mitigates")))
HELP = _("One a line. word* begins so; # a number; (a|b) one of these; ..3 at most three words between; @name a group.")


class EntryForm(forms.Form):
    """Phrases, and what they speak for; every phrase is checked as the machine will read it."""

    indicator = Pick(label=_("Speaks for"))
    weight = forms.FloatField(
        min_value=0.05, max_value=0.95, label=_("Weight"),
        help_text=_("0.8 says it plainly, 0.6 speaks for it, 0.45 probably, 0.3 only together with others."),
        widget=forms.NumberInput(attrs={"step": "0.01"}),
        error_messages={"invalid": _("Found no number; wanted one from 0.05 to 0.95.")},
    )  # fmt: skip
    severity = Pick(SEVERITIES, label=_("Severity that the form is filled with"))
    polarity = Pick(POLARITIES, label=_("What it is"))
    each = forms.BooleanField(
        required=False, label=_("Every phrase counts by itself"),
        help_text=_("Else the phrases of an entry count once together."),
    )  # fmt: skip
    phrases = forms.CharField(
        max_length=TEXT_MAX, label=_("Phrases"), help_text=HELP, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "dir": "auto"}),
        error_messages={"required": _("Found no phrase; wanted one at least. To be rid of "
            "the entry, remove it below.")},
    )  # fmt: skip
    silencing = forms.CharField(
        max_length=TEXT_MAX, required=False, label=_("Phrases that silence it"), strip=False,
        help_text=_("One a line. Where one of these stands in the sentence, the entry says nothing."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "dir": "auto"}),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, groups: Mapping[str, str], **options: Any) -> None:
        super().__init__(data, **options)
        self.groups = groups
        offer(self, "indicator", indicator_choices())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for field, name in (("phrases", "phrases"), ("silencing", "not")):
            lines = _lines(str(data.get(field, "")))
            probe = {"phrases": ["x"], name: lines}
            if field in data and field not in self.errors:
                for fault in editing.faults(probe, self.groups):
                    self.add_error(field, f"{fault[:1].upper()}{fault[1:]}.")
        return data

    def entry(self) -> dict[str, Any]:
        """As the file writes it."""
        data = self.cleaned_data
        made: dict[str, Any] = {
            "indicator": data["indicator"], "weight": float(data["weight"]), "severity": int(data["severity"]),
        }  # fmt: skip
        if data["polarity"] != "risk":
            made["polarity"] = data["polarity"]
        if data["each"]:
            made["each"] = True
        made["phrases"] = _lines(data["phrases"])
        if silencing := _lines(data["silencing"]):
            made["not"] = silencing
        return made


def initial_of(entry: Mapping[str, Any], seen: int) -> dict[str, Any]:
    """What the form shows of an entry that stands."""
    return {
        "indicator": entry.get("indicator"), "weight": entry.get("weight"), "severity": str(entry.get("severity", "")),
        "polarity": entry.get("polarity", "risk"), "each": entry.get("each", False),
        "phrases": "\n".join(entry.get("phrases", ())), "silencing": "\n".join(entry.get("not", ())), "seen": seen,
    }  # fmt: skip


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
