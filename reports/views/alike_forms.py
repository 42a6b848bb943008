"""What a person fills in about reports that look alike."""

import re
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.judging import REASON_CHARACTERS
from reports.models import ClusterDecision, Source, TextPair

Did = ClusterDecision.Action
LEAST, MOST = REASON_CHARACTERS
REASON_HELP = format_lazy(_("{least} to {most} characters; it is kept with your name."), least=LEAST, most=MOST)
VERDICTS = (
    (Did.SAME.value, _("The same text: one of them repeats the other")),
    (Did.UPDATE.value, _("An update: a newer version of the same document")),
    (Did.DIFFERENT.value, _("Different: they only have words in common")),
)
WAITS, DECIDED = "", "decided"
_NUMBER = re.compile(r"(?:.*/reports/)?(\d{1,17})/?(?:[?#].*)?")


class ReasonField(forms.CharField):
    """Why; in one line."""

    def __init__(self, **given: Any) -> None:
        super().__init__(label=gettext("Why"), min_length=LEAST, max_length=MOST, help_text=REASON_HELP, **given)


class VerdictForm(forms.Form):
    """What two reports are to each other."""

    verdict = forms.ChoiceField(label=_("They are"), choices=VERDICTS, widget=forms.RadioSelect)
    reason = ReasonField()


class SplitForm(forms.Form):
    """Why a report does not belong to the others."""

    cluster = forms.IntegerField(widget=forms.HiddenInput)
    reason = ReasonField()


class JoinForm(forms.Form):
    """Another report that is the same text."""

    other = forms.CharField(
        label=_("The other report"), max_length=300, help_text=_("Its number, or the address of its page here.")
    )
    verdict = forms.ChoiceField(label=_("They are"), choices=VERDICTS[:2], initial=Did.SAME.value)
    reason = ReasonField()

    def clean_other(self) -> int:
        """The number out of a number or an address."""
        found = _NUMBER.fullmatch(self.cleaned_data["other"].strip())
        if found is None:
            raise forms.ValidationError(
                gettext(
                    "Found no report's number in it; wanted a number such as 123, or an address that ends in "
                    "/reports/123/."
                )
            )
        return int(found[1])


class PairFilter(forms.Form):
    """Which pairs are listed."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[(WAITS, _("waiting for a person")), (DECIDED, _("decided by a person"))],
    )
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("Source"), required=False, to_field_name="slug", empty_label=_("every source")
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["source"].queryset = Source.objects.order_by("name")  # type: ignore[attr-defined]

    @property
    def states(self) -> list[str]:
        """The states that pass."""
        if self.cleaned_data.get("state") == DECIDED:
            return [TextPair.State.SAME, TextPair.State.UPDATE, TextPair.State.DIFFERENT]
        return [TextPair.State.WAITING]
