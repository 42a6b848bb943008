"""What people fill in on the way of a table: the file, its columns, what was asked about, the decision."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from indicators.fields import Choice, DayField, Line, Pick, offer
from indicators.forms import ReasonForm, source_choices
from indicators.importing import ACTION_FOR
from indicators.importing.sending import Choices
from indicators.models import ImportRow, SeriesDefinition, TableImport
from indicators.tables.fields import FIELDS, column_name
from indicators.tables.reading import ENCODINGS, Table
from people.models import User
from people.permissions import Sensitivity, clearance_of, may

Kind, Fate = TableImport.Kind, ImportRow.Fate
KINDS = (
    (
        Kind.EVIDENCE,
        _("Evidence: each row is one piece, as in the entry form. It waits for another person's decision."),
    ),
    (Kind.SERIES, _("Figures of a series: country, period and value. They enter the score as one release.")),
)
CHOSEN = ("source", "published_on", "sensitivity", "series", "title", "by_gleditsch_ward")  # for the whole file
NO_COLUMN = _("no column")
LEAVE_OUT = "-"


class SendForm(forms.Form):
    """A file and what its rows are."""

    kind = Pick([], widget=forms.RadioSelect, label=_("What the rows are"))
    file = forms.FileField(
        label=_("The file"),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        help_text=format_lazy(
            _("CSV or XLSX, at most {most} MB. The first line holds the headings."),
            most=settings.REPORT_BYTES_MAX // 2**20,
        ),
        error_messages={
            "required": _("Found no file; choose one."),
            "empty": _("Found an empty file; wanted one with rows in it. Choose another."),
            "invalid": _("Found no file in what was sent; choose it again."),
        },
    )

    def __init__(self, data: Any = None, files: Any = None, *, user: User) -> None:
        super().__init__(data, files)
        allowed = [(kind.value, said) for kind, said in KINDS if may(user, ACTION_FOR[kind])]
        offer(self, "kind", allowed)
        self.fields["kind"].initial = allowed[0][0] if allowed else None

    def clean_file(self) -> Any:
        """The file, refused by its size before it is read."""
        file, most = self.cleaned_data["file"], settings.REPORT_BYTES_MAX
        if (file.size or 0) > most:
            found = gettext("Found a file of %(size)s MB") % {"size": f"{file.size / 2**20:.1f}"}
            raise forms.ValidationError(
                gettext("%(found)s; wanted at most %(most)s MB. Send it in parts.")
                % {"found": found, "most": most // 2**20}
            )
        return file


class SheetForm(forms.Form):
    """Which sheet of a workbook, or how the bytes of a text are read."""

    sheet = Pick(label=_("Sheet"), required=False)
    encoding = Pick(label=_("How the file was saved"), required=False)

    def __init__(self, data: Any = None, *, table: TableImport, sheets: Sequence[str]) -> None:
        super().__init__(data, initial={"sheet": table.sheet, "encoding": table.encoding})
        offer(self, "sheet", [(name, name) for name in sheets])
        offer(self, "encoding", [("", "UTF-8"), *((code, gettext(name)) for code, name in ENCODINGS.items())])
        if not sheets:
            del self.fields["sheet"]
        else:
            del self.fields["encoding"]


class ColumnsForm(forms.Form):
    """The column of each field, and what holds for the whole file."""

    source = Pick(
        empty=_("choose a source"),
        required=False,
        label=_("Source"),
        help_text=_("Where no column names it for each row."),
    )
    published_on = DayField(
        required=False, label=_("Day it was public"),
        help_text=_("When the world could know; what is imported counts from that day on. Where no column says it."),
    )  # fmt: skip
    sensitivity = Pick(
        label=_("Who may see it"), required=False, help_text=_("At least so close; a column can close a row further.")
    )
    series = Pick(
        empty=_("choose a series"),
        required=False,
        label=_("Series"),
        help_text=_("Whose definition holds unit and goalposts."),
    )
    title = Line(
        max_length=300,
        required=False,
        label=_("Name of the release"),
        help_text=_("Such as: PTS 2025, corrected figures."),
    )
    by_gleditsch_ward = forms.BooleanField(
        required=False, label=_("Countries are Gleditsch–Ward numbers (775 is Myanmar), not ISO or M49 codes")
    )

    def __init__(self, data: Any = None, *, table: TableImport, seen: Table, user: User) -> None:
        chosen = Choices.from_json(table.choices)
        initial = {name: getattr(chosen, name) for name in CHOSEN}
        super().__init__(data, initial=initial)
        self.kind = table.kind
        offer(self, "source", source_choices(user))
        clearance = clearance_of(user)
        offer(self, "sensitivity", [choice for choice in Sensitivity.choices if choice[0] <= clearance])
        if table.kind == Kind.EVIDENCE:
            del self.fields["series"], self.fields["title"]
        else:
            del self.fields["sensitivity"]
            offer(self, "series", _series())
            for name in ("source", "published_on"):
                self.fields[name].required = True
                self.fields[name].help_text = {"source": gettext("Who published the figures.")}.get(
                    name, gettext("When the world could know the figures: they count from that day on.")
                )
        columns = [(str(place), column_name(place, seen.header)) for place in seen.columns()]
        for field in FIELDS[table.kind]:
            self.fields[f"column_{field.name}"] = Pick(
                columns, empty=NO_COLUMN, required=False, label=gettext(field.label), help_text=gettext(field.help),
                initial=str(table.columns.get(field.name, "")),
            )  # fmt: skip

    def column_fields(self) -> list[tuple[forms.BoundField, bool]]:
        """The columns, each with whether it must be named."""
        return [(self[f"column_{field.name}"], field.is_required) for field in FIELDS[self.kind]]

    def chosen_fields(self) -> list[forms.BoundField]:
        """What holds for the whole file."""
        return [self[name] for name in CHOSEN if name in self.fields]

    def columns(self) -> dict[str, int]:
        """The column of each field that has one."""
        named = {field.name: self.cleaned_data.get(f"column_{field.name}") for field in FIELDS[self.kind]}
        return {name: int(place) for name, place in named.items() if place}

    def choices(self) -> Choices:
        """What was chosen for the whole file."""
        data = self.cleaned_data
        return Choices(
            source=data["source"],
            published_on=data["published_on"],
            sensitivity=int(data.get("sensitivity") or 0),
            series=data.get("series", ""),
            title=data.get("title", ""),
            by_gleditsch_ward=data["by_gleditsch_ward"],
        )

    def refuse(self, field: str, message: str) -> None:
        """A refusal of the use case beside the field that it is about."""
        said = f"{message[:1].upper()}{message[1:]}."
        name = field if field in self.fields else f"column_{field}"
        self.add_error(name if name in self.fields else None, said)


def _series() -> list[Choice]:
    rows = SeriesDefinition.objects.order_by("title").values_list("slug", "title", "unit")
    return [(slug, f"{title} ({unit})") for slug, title, unit in rows]


class AnswersForm(forms.Form):
    """What is asked about, one choice for all rows that say the same."""

    def __init__(self, data: Any = None, *, asked: Iterable[tuple[str, str, Sequence[Choice]]]) -> None:
        super().__init__(data)
        self.questions: dict[str, str] = {}
        for number, (question, label, choices) in enumerate(asked):
            name = f"answer_{number}"
            self.questions[name] = question
            offered = [*choices, (LEAVE_OUT, gettext("leave these rows out"))]
            self.fields[name] = Pick(offered, empty=gettext("choose"), label=label, required=False)
            self.fields[f"key_{number}"] = forms.CharField(initial=question, widget=forms.HiddenInput)

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each choice with the hidden field that says what it is about."""
        return [(self[name], self[name.replace("answer", "key")]) for name in self.questions]

    def answers(self) -> dict[str, str]:
        """The choices by question; what was not chosen, or is asked no more, is not among them."""
        data = self.cleaned_data
        chosen = {
            question: data[name]
            for name, question in self.questions.items()
            if data.get(name) and data.get(name.replace("answer", "key")) == question
        }
        return {question: "" if choice == LEAVE_OUT else choice for question, choice in chosen.items()}


class ConfirmForm(forms.Form):
    """The decision on a preview; `seen` is the check that it showed."""

    how = Pick(
        [("good", _("Import the good rows only")), ("all", _("All or nothing: only if every row can go in"))],
        widget=forms.RadioSelect,
        label=_("What to do with rows that cannot go in"),
        initial="good",
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, checked_at: dt.datetime | None) -> None:
        super().__init__(data, initial={"seen": checked_at.isoformat() if checked_at else ""})


class UndoForm(ReasonForm):
    """Taking a whole import back asks for a reason and one confirming tick."""

    is_sure = forms.BooleanField(
        label=_("Take all of it back. What waits is set aside, what counts is retracted, and scores follow."),
        error_messages={"required": _("Found the box not ticked; wanted it ticked, since this cannot be undone.")},
    )
