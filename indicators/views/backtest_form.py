"""The form that asks for a back-test."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from indicators.backtest.errors import BacktestError
from indicators.backtest.grid import HORIZONS, Question
from indicators.backtest.one_sided import Rule
from indicators.models import OutcomeList
from indicators.models.backtest import Knowledge


class BacktestForm(forms.Form):
    """An outcome list that is loaded, years and horizon. `question` stands once it is valid."""

    outcomes = forms.ModelChoiceField(
        OutcomeList.objects.order_by("-imported_at", "-pk"),
        required=False,
        empty_label=format_lazy(
            _("derived now: one-sided deaths of {least}, after {years} years below"),
            least=Rule().at_least,
            years=Rule().quiet_years,
        ),
        label=_("Outcome list"),
    )
    first = forms.IntegerField(label=_("From year"))
    last = forms.IntegerField(label=_("To year"))
    horizon = forms.TypedChoiceField(
        choices=[(one, format_lazy(_("{months} months"), months=one)) for one in HORIZONS],
        coerce=int,
        label=_("Horizon"),
    )
    knowledge = forms.ChoiceField(choices=Knowledge.choices, label=_("Knowledge"))
    question: Question

    def clean(self) -> dict[str, Any]:
        """Refuses what is no question, in the back-test's own words."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.question = Question(given["first"], given["last"], given["horizon"])
            except BacktestError as error:
                raise forms.ValidationError(str(error)) from error
        return given
