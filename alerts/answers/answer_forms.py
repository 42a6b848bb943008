"""Forms for answers to an alert, and for the list of what offices owe."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from alerts.answers.answering import NOTE_MAX, Answer
from alerts.models import Acknowledgement, Office
from indicators.fields import Choice, Grouped, Line, Pick, offer
from indicators.forms import country_choices
from indicators.models.score import Level
from people.models import User

Kind = Acknowledgement.Kind
TO_OFFICE, TO_PERSON = "office", "person"
_ASKS_NOTE = {
    Kind.DECIDED: gettext_lazy("What was decided"),
    Kind.FALSE_ALARM: gettext_lazy("Why you hold it to be one"),
    Kind.NOT_FOR_US: gettext_lazy("A word to whom you pass it on"),
}


class AnswerForm(forms.Form):
    """One kind of answer; each has its own ids, since all stand on one page."""

    to = Pick(empty=gettext_lazy("nobody: only say so"), required=False, label=gettext_lazy("Pass it on to"))
    office = Pick(required=False, label=gettext_lazy("You answer for"))
    note = Line(
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Read by your office and by those who run this site, never by the public. Name nobody at risk."
        ),
    )

    def __init__(
        self,
        kind: str,
        data: Any = None,
        *,
        offices: Sequence[Office],
        others: Grouped | None = None,
        by_telephone: bool = False,
    ) -> None:
        super().__init__(data, auto_id=f"{kind}-%s")
        self.kind = Kind(kind)
        if self.kind != Kind.NOT_FOR_US or not (others or data):  # what was sent is refused, not passed over
            del self.fields["to"]
        else:
            offer(self, "to", others or [])
        self._offer_offices(offices)
        if self.kind == Kind.SEEN and not by_telephone:
            del self.fields["note"]
        else:
            self.fields["note"].label = self._asked(by_telephone=by_telephone)
            self.fields["note"].required = by_telephone or self.kind != Kind.NOT_FOR_US

    def _asked(self, *, by_telephone: bool) -> str:
        if by_telephone:
            return gettext("Who said it, by their role, and what")
        if self.kind == Kind.NOT_FOR_US and "to" not in self.fields:
            return gettext("Why not")
        return str(_ASKS_NOTE[self.kind])

    def _offer_offices(self, offices: Sequence[Office]) -> None:
        if not offices:
            del self.fields["office"]
            return
        offer(self, "office", [(str(one.pk), one.name) for one in offices])
        self.initial["office"] = str(offices[0].pk)
        self.fields["office"].required = True
        if len(offices) == 1:
            self.fields["office"].widget = forms.HiddenInput()

    def office_id(self) -> int | None:
        """For which office is answered; None where the person is in none."""
        chosen = self.cleaned_data.get("office")
        return int(chosen) if chosen else None

    def said(self) -> Answer:
        """What the use case takes."""
        kind, _, number = self.cleaned_data.get("to", "").partition(":")
        return Answer(
            kind=self.kind.value,
            note=self.cleaned_data.get("note", ""),
            to_office=int(number) if kind == TO_OFFICE else None,
            to_person=int(number) if kind == TO_PERSON else None,
        )


def others_for(own: Sequence[Office], colleagues: Sequence[User]) -> Grouped:
    """To whom an alert can be passed on: colleagues first, then other offices. By nobody who answers for none."""
    if not own:
        return []
    rest = Office.objects.filter(ended_at=None).exclude(pk__in=[one.pk for one in own]).order_by("name", "pk")
    found: Grouped = []
    if colleagues:
        found.append(
            (gettext("A colleague of your office"), [(f"{TO_PERSON}:{one.pk}", one.name) for one in colleagues])
        )
    if listed := [(f"{TO_OFFICE}:{number}", name) for number, name in rest.values_list("pk", "name")]:
        found.append((gettext("Another office"), listed))
    return found


class DutyFilter(forms.Form):
    """Which duties the list shows; every state of it stands in the address."""

    state = Pick(
        [("overdue", "overdue"), ("closed", "settled"), ("all", "all")],
        empty=gettext_lazy("still owed"),
        required=False,
        label=gettext_lazy("Answers"),
    )
    office = Pick(empty=gettext_lazy("every office"), required=False)
    country = Pick(empty=gettext_lazy("every country"), required=False)
    level = Pick(
        [(one.name.lower(), one.label) for one in (Level.SEVERE, Level.HIGH, Level.ELEVATED)],
        empty=gettext_lazy("every level"),
        required=False,
    )

    def __init__(self, data: Any, *, offices: Sequence[Office]) -> None:
        super().__init__(data)
        choices: list[Choice] = [(str(one.pk), one.name) for one in offices]
        offer(self, "office", choices)
        offer(self, "country", country_choices())
