"""Forms of responses and of warnings that others gave."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.answers.responding import ResponseDraft, StepDraft
from alerts.models import Measure, Office, Response
from alerts.situations.can_be_done import names
from indicators.fields import Address, Boxes, Choice, DayField, Line, Pick, TickBox, grouped, offer
from indicators.forms import ReasonForm
from people.permissions import Sensitivity

_LONG = 4000
_NAMED = _("Named in the alert")


class ResponseForm(forms.Form):
    """What somebody decided on a warning, or declined with the reason."""

    status = Pick(Response.Status.choices, empty=_("choose how far it is"), label=_("How far it is"))
    measures = Boxes(
        label=_("Measures"),
        help_text=_("From the catalogue; none if it was declined. Each becomes a response of its own."),
        error_messages={"required": _("Found none ticked; wanted at least one, or “declined” with the reason.")},
    )
    actor = Line(
        min_length=2, max_length=200, label=_("Who acts"), help_text=_("A body or an office, never a private person.")
    )
    text = Line(
        min_length=3, max_length=_LONG, label=_("What was decided, or why it was declined"),
        widget=forms.Textarea(attrs={"rows": 4}), help_text=_("In your own words; name nobody in danger."),
    )  # fmt: skip
    decided_on = DayField(label=_("Decided on"))
    began_on = DayField(
        required=False, label=_("Began on"), help_text=_("Empty if it has not begun, or the day is not known.")
    )
    office = Pick(empty=_("for myself"), required=False, label=_("For which office"))
    sensitivity = Pick(
        Sensitivity.choices, label=_("Who may see it"), initial=str(Sensitivity.INTERNAL.value),
        help_text=_("Public: everybody, with who acts. Internal: focal points and staff. Your own office always sees "
"it."),
    )  # fmt: skip
    source_title = Line(
        max_length=300, required=False, label=_("Source"), help_text=_("Where it can be read, if it is public.")
    )
    source_url = Address(required=False, label=_("Its address"))

    def __init__(
        self,
        data: Any = None,
        *,
        offices: list[Office],
        keeps: Measure | None = None,
        advised: str = "",
        **options: Any,
    ) -> None:
        """`keeps` is the measure of a response that is corrected: it may stay, though it is offered no more.

        `advised`: what the alert said can be done; the measures that it names stand first.
        """
        super().__init__(data, **options)
        is_listed = Q(is_offered=True) | Q(pk=keeps.pk if keeps else None)
        self.known = {row.code: row for row in Measure.objects.filter(is_listed).order_by("order")}
        field = self.fields["measures"]
        field.required = self["status"].value() != Response.Status.DECLINED.value
        assert isinstance(field, Boxes)
        named = str(_NAMED)
        rows = [(named if names(advised, row) else row.form, code, _titled(row)) for code, row in self.known.items()]
        field.choices = grouped(sorted(rows, key=lambda row: row[0] != named))
        self.offices = {str(office.pk): office for office in offices}
        choices: list[Choice] = [(key, office.name) for key, office in self.offices.items()]
        if choices:
            offer(self, "office", choices)
            self.initial.setdefault("office", choices[0][0])
        else:
            del self.fields["office"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        decided, began = data.get("decided_on"), data.get("began_on")
        if decided and began and began < decided:
            self.add_error(
                "began_on",
                gettext("Found %(began)s, which is before %(decided)s; wanted the same day or a later one.")
                % {"began": began, "decided": decided},
            )
        return data

    def draft(self) -> ResponseDraft:
        """What the use case asks for."""
        data = self.cleaned_data
        names = ("actor", "decided_on", "began_on", "status", "source_title", "source_url")
        return ResponseDraft(
            measures=tuple(self.known[code] for code in data["measures"]),
            text=data["text"].replace("\r\n", "\n"),
            sensitivity=int(data["sensitivity"]),
            **{name: data[name] for name in names},
        )

    def chosen_office(self) -> Office | None:
        """The office that answers, where one was chosen."""
        return self.offices.get(self.cleaned_data.get("office", ""))


def _titled(measure: Measure) -> str:
    return measure.title if measure.is_offered else (gettext("%(title)s (offered no more)") % {"title": measure.title})


def initial_of(response: Response) -> dict[str, Any]:
    """A response as the form shows it."""
    names = ("actor", "text", "decided_on", "began_on", "status", "source_title", "source_url")
    measures = [response.measure.code] if response.measure else []
    values = {name: getattr(response, name) for name in names}
    return values | {"sensitivity": str(response.sensitivity), "measures": measures}


class StepForm(forms.Form):
    """A later word on a response."""

    status = Pick(Response.Status.choices, empty=_("as before"), required=False, label=_("How far it is now"))
    is_outcome = TickBox(required=False, label=_("This says what became of it"))
    on = DayField(label=_("Day"))
    text = Line(max_length=_LONG, required=False, label=_("In words"), widget=forms.Textarea(attrs={"rows": 3}))
    source_title = Line(
        max_length=300, required=False, label=_("Source"), help_text=_("Where it can be read, if it is public.")
    )
    source_url = Address(required=False, label=_("Its address"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("status") and not (data.get("is_outcome") and data.get("text")):
            self.add_error(None, gettext("Found neither a new status nor an outcome in words; wanted one of them."))
        return data

    def draft(self) -> StepDraft:
        """What the use case asks for."""
        return StepDraft(**self.cleaned_data | {"text": self.cleaned_data["text"].replace("\r\n", "\n")})


class WithdrawalForm(ReasonForm):
    """Why a response or a warning of another body is taken back."""

    reason = Line(min_length=3, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    is_harmful = TickBox(
        required=False, label=_("That it was here may harm somebody, or was confidential"),
        help_text=_("Then no page tells of it. Else a page turned back to a day before today says that one stood "
"here, without its words."),
    )  # fmt: skip


class WarningForm(forms.Form):
    """A warning that another body gave in public."""

    issued_on = DayField(label=_("Day it was given"))
    body = Line(min_length=2, max_length=200, label=_("Who warned"))
    text = Line(
        min_length=3, max_length=_LONG, label=_("What was said, in our words"), widget=forms.Textarea(attrs={"rows": 4})
    )
    source_title = Line(min_length=3, max_length=300, label=_("Source"))
    source_url = Address(label=_("Its address"))
