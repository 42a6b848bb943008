"""Which labelled passages a draft is tested on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from indicators.fields import Line, Pick, offer
from indicators.models import LabelledSet, LexiconTest

SETS_SHOWN = 20
Passages = LexiconTest.Passages


class LabelledForm(forms.Form):
    """Which labelled passages, or a file of them."""

    passages = Pick(label=_("Labelled passages"))
    file = forms.FileField(
        required=False, label=_("Or a file of your own"),
        help_text=_("JSON lines with id, text, factors (numbers, or [] for a neutral passage) and, if known, lang. "
"Every reviewer can read what is sent in: no confidential passage."),
        widget=forms.FileInput(attrs={"accept": ".jsonl,.ndjson,.txt"}),
    )  # fmt: skip
    name = Line(required=False, max_length=100, label=_("Its name"))

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        sets = LabelledSet.objects.order_by("-pk").values_list("pk", "name", "passages_count")[:SETS_SHOWN]
        kept = [
            (
                f"sent-{pk}",
                ngettext("%(name)s (%(n)s passage)", "%(name)s (%(n)s passages)", count) % {"name": name, "n": count},
            )
            for pk, name, count in sets
        ]
        shown = [(one.value, str(one.label)) for one in (Passages.SHIPPED, Passages.DECISIONS)]
        offer(self, "passages", [*shown, *kept])
