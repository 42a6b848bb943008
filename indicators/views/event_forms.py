"""What a person fills in about evidence and its event."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from indicators.fields import Grouped
from indicators.linking import NAME, REASON_CHARACTERS
from indicators.models import EventDecision
from indicators.models.event import EVENT_CHARACTERS

Did = EventDecision.Action
LEAST, MOST = REASON_CHARACTERS
VERDICTS = (
    (Did.SAME.value, _("One event: it counts once for each body and sign")),
    (Did.DIFFERENT.value, _("Different events: do not propose them again")),
)
NAME_HELP = _(
    "Small letters, digits and hyphens, such as sdn-el-fasher-2024-03-12. Whoever may see one of its pieces sees it."
)


class Reason(forms.CharField):
    """Why; in one line."""

    def __init__(self) -> None:
        said = _("{least} to {most} characters; it is kept with your name.")
        help_text = format_lazy(said, least=LEAST, most=MOST)
        super().__init__(label=_("Why"), min_length=LEAST, max_length=MOST, help_text=help_text)


class Name(forms.RegexField):
    """An event's name, as everywhere that one is typed."""

    def __init__(self, **given: Any) -> None:
        wrong = {"invalid": _("Wanted small letters, digits and hyphens, such as mmr-coup-2021.")}
        super().__init__(
            rf"^{NAME.pattern}$", max_length=EVENT_CHARACTERS, label=gettext("Name of the event"), help_text=NAME_HELP,
            error_messages=wrong, **given,
        )  # fmt: skip


class Shown(forms.CharField):
    """The event that the person saw: what another made of it meanwhile is told."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=EVENT_CHARACTERS, widget=forms.HiddenInput)


class PairForm(forms.Form):
    """What two pieces are to each other."""

    first_event, second_event = Shown(), Shown()
    verdict = forms.ChoiceField(label=_("They are"), choices=VERDICTS, widget=forms.RadioSelect)
    name = Name(required=False)
    reason = Reason()

    def clean(self) -> dict[str, Any]:
        """One event needs a name."""
        data = super().clean() or {}
        if data.get("verdict") == Did.SAME and not data.get("name") and "name" not in self.errors:
            self.add_error("name", gettext("Found none; wanted a name for the one event."))
        return data


class UnlinkForm(forms.Form):
    """Why a piece is no part of its event."""

    event = Shown()
    reason = Reason()


class RenameForm(forms.Form):
    """Another name for the event of a piece, or a first one."""

    event = Shown()
    name = Name()
    reason = Reason()


class EventFilter(forms.Form):
    """Of which country, up to which day."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    before = forms.DateField(
        label=_("Happened before"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *given: Any, countries: Grouped, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["country"].choices = [("", gettext("all, newest first")), *countries]  # type: ignore[attr-defined]
