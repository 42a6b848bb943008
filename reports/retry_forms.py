"""What is said anew of files that failed, and the words of a report that no machine could read."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from reports.forms import BY_THEIR_BYTES, NO_CHOICE, NOT_LISTED, not_after
from reports.kinds import KINDS
from reports.models import Retrieval
from reports.transcribing import CHARACTERS_MAX


class AgainForm(forms.Form):
    """Which failed files are read once more, and what is said of them now. What is left empty stays as it was."""

    tried = forms.MultipleChoiceField(
        label=gettext_lazy("Which files"), widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Found none ticked; wanted at least one."),
            "invalid_choice": gettext_lazy("Found a file that somebody put right in between; look at the list again."),
        },
    )  # fmt: skip
    reader = forms.ChoiceField(label=gettext_lazy("Read them as"), error_messages=NO_CHOICE)
    source = forms.ChoiceField(
        required=False, label=gettext_lazy("Who published them"), error_messages={"invalid_choice": NOT_LISTED}
    )
    published_on = forms.DateField(
        required=False,
        label=gettext_lazy("Day they were public"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Found no day; wanted one such as 2024-06-30.")},
    )
    title = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("Title"), help_text=gettext_lazy("Of one file only.")
    )

    def __init__(
        self,
        data: Any = None,
        *,
        failed: list[Retrieval],
        sources: list[tuple[str, str]],
        day: dt.date,
        **rest: Any,
    ) -> None:
        super().__init__(data, **rest)
        self.day = day
        named = [(str(row.pk), row.file_name or str(row)) for row in failed]
        readers = [(reader, name) for reader, name, _ in KINDS] + list(BY_THEIR_BYTES)
        self._offer("tried", named)
        self._offer("reader", readers)
        self._offer("source", [("", gettext("as it was said before")), *sources])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_published_on(self) -> dt.date | None:
        return not_after(self.cleaned_data["published_on"], self.day)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("title") and len(data.get("tried", [])) > 1:
            self.add_error(
                "title", gettext("Found one title for several files; wanted none. Empty it, or tick one file.")
            )
        return data

    def changes(self) -> dict[str, Any]:
        """The fields of About that are said anew."""
        return {
            name: self.cleaned_data[name] for name in ("source", "published_on", "title") if self.cleaned_data[name]
        }


class TypedForm(forms.Form):
    """Words that a person typed from a report that no machine could read."""

    locator = forms.CharField(
        max_length=200, label=gettext_lazy("Where they stand in it"), help_text=gettext_lazy("Such as “pages 1 to 3”."),
        error_messages={"required": gettext_lazy("Found nothing; wanted the place in the original.")},
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("The words"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": CHARACTERS_MAX}),
        help_text=gettext_lazy("As they stand there; an empty line between paragraphs."),
        error_messages={"required": gettext_lazy("Found nothing; wanted what stands in the original.")},
    )
