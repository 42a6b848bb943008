"""Fields of forms that say what was found, what was wanted and what to do; never in the framework's own words."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise
else:
    from django.utils.functional import Promise

Said = str | Promise  # said now, or in the language of whoever reads it
Choice = tuple[str, str]
Grouped = list[tuple[str, list[Choice]]]

NOT_LISTED = _("Found a value that is not in the list; wanted one of those offered. Choose again.")
_NOT_ONE = _("Found “%(value)s”, which is not in the list; wanted one of those offered. Choose again.")
_NOT_TEXT = _("Found a NUL character; wanted text. Paste it again as plain text.")
_SHOWN = 60  # characters of what was typed that an error repeats


def grouped(rows: Iterable[tuple[str, str, str]]) -> Grouped:
    """(group, value, label) rows as the options of a select, groups in order of appearance."""
    groups: dict[str, list[Choice]] = {}
    for group, value, label in rows:
        groups.setdefault(group, []).append((value, label))
    return list(groups.items())


class DayField(forms.DateField):
    """A day such as 2024-06-30; says what it found where it is none."""

    default_error_messages = {
        "required": _("Found nothing; wanted a day such as 2024-06-30."),
        "invalid": _("Found no day; wanted one such as 2024-06-30."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d"], **options)

    def to_python(self, value: Any) -> dt.date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(
                _("Found “%(typed)s”, which is no day; wanted one such as 2024-06-30.") % {"typed": str(value)[:20]},
                code="invalid",
            ) from error


class Clock(forms.TimeField):
    """A time of day such as 22:00."""

    default_error_messages = {
        "required": _("Found nothing; wanted a time such as 22:00."),
        "invalid": _("Found no time of day; wanted hours and minutes such as 22:00."),
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
        super().__init__(**options)


class Line(forms.CharField):
    """Text of limited length; says what it found where it is too short or too long."""

    default_error_messages = {"null_characters_not_allowed": _NOT_TEXT}

    def __init__(self, **options: Any) -> None:
        said = options.pop("error_messages", None) or {}
        super().__init__(**options)
        wanted = _length(self.min_length, self.max_length)
        self.error_messages |= {
            "required": format_lazy(_("Found nothing; wanted {text}."), text=wanted),
            "min_length": format_lazy(
                _("Found fewer than {least} characters; wanted {text}. Say more."), least=self.min_length, text=wanted
            ),
            "max_length": _("Found %(show_value)s characters; wanted at most %(limit_value)s. Shorten it."),
            **said,
        }


def _length(least: int | None, most: int | None) -> Said:
    """How much text is wanted, in words."""
    if least and most:
        return format_lazy(_("{least} to {most} characters"), least=least, most=most)
    if most:
        return format_lazy(_("text of at most {most} characters"), most=most)
    return format_lazy(_("at least {least} characters"), least=least) if least else _("text")


class Address(forms.URLField):
    """The address of a page on the web; https where no scheme is given."""

    default_error_messages = {
        "required": _("Found nothing; wanted an address such as https://example.org/report."),
        "invalid": _("Found no address; wanted one such as https://example.org/report."),
        "null_characters_not_allowed": _NOT_TEXT,
    }

    def __init__(self, *, max_length: int = 500, **options: Any) -> None:
        super().__init__(max_length=max_length, assume_scheme="https", **options)
        self.error_messages["max_length"] = _(
            "Found %(show_value)s characters; wanted an address of at most %(limit_value)s. Give a shorter one."
        )

    def clean(self, value: Any) -> str:
        """Repeats what was typed, so that it can be compared with the document."""
        try:
            return str(super().clean(value))
        except forms.ValidationError as error:
            if error.error_list[0].code != "invalid":
                raise
            raise forms.ValidationError(
                _("Found “%(shown)s”, which is no address; wanted one such as https://example.org/report.")
                % {"shown": _shown(value)},
                code="invalid",
            ) from error


def _shown(value: Any) -> str:
    typed = str(value or "").replace("\0", "").strip()
    return typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}…"


class Whole(forms.IntegerField):
    """A whole number, from `min_value` to `max_value`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages |= {
            "required": _("Found nothing; wanted a whole number."),
            "invalid": _("Found no whole number; wanted digits alone, such as 12."),
            "min_value": _("Found %(show_value)s; wanted %(limit_value)s or more."),
            "max_value": _("Found %(show_value)s; wanted at most %(limit_value)s."),
        }


class Options(forms.Select):
    """A select as Django writes it, without a template for each option: some lists have three hundred."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The element with its options, in groups where the choices have some."""
        chosen = set(self.format_value(value))
        parts = [self._written(key, label, chosen) for key, label in self.choices]
        written = mark_safe("".join(parts))  # noqa: S308  escaped there
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), written
        )

    def _written(self, key: Any, label: Any, chosen: set[str]) -> str:
        if isinstance(label, (list, tuple)):
            within = "".join(self._written(value, text, chosen) for value, text in label)
            return f'<optgroup label="{escape(key)}">{within}</optgroup>'
        value = "" if key is None else str(key)
        mark = ""
        if value in chosen:
            mark = " selected"
            chosen.clear()  # one at most, the first
        return f'<option value="{escape(value)}"{mark}>{conditional_escape(label)}</option>'


class Pick(forms.ChoiceField):
    """A select or a set of radio buttons; `empty` names the option that stands for nothing chosen."""

    widget = Options

    def __init__(self, choices: Sequence[Any] = (), *, empty: Said | None = None, **options: Any) -> None:
        self.head: list[tuple[str, Said]] = [] if empty is None else [("", empty)]
        super().__init__(choices=[*self.head, *choices], **options)
        self.error_messages |= {"invalid_choice": _NOT_ONE, "required": _("Found nothing chosen; choose one.")}

    def validate(self, value: Any) -> None:
        """Repeats a little of what was asked for: addresses of filters are typed by hand too."""
        try:
            super().validate(value)
        except forms.ValidationError as error:
            if error.params:
                error.params = {"value": _shown(value)}
            raise


class Several(forms.MultipleChoiceField):
    """Any number of what is offered."""

    default_error_messages = {
        "required": _("Found none chosen; wanted at least one."),
        "invalid_choice": NOT_LISTED,
        "invalid_list": NOT_LISTED,
    }


class Boxes(Several):
    """The same as boxes to tick."""

    widget = forms.CheckboxSelectMultiple


class TickBox(forms.BooleanField):
    """One box to tick."""

    default_error_messages = {"required": _("Found the box not ticked; wanted it ticked.")}


class Carried(Line):
    """What a page carries along and brings back; nobody types it."""

    widget = forms.HiddenInput


def offer(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    """Gives a select its options, below the empty one."""
    field = form.fields[name]
    assert isinstance(field, Pick)
    field.choices = [*field.head, *choices]


def refuse_backwards(form: forms.Form, data: dict[str, Any]) -> None:
    """Says of a period from `since` to `until` that it ends before it begins."""
    since, until = data.get("since"), data.get("until")
    if since and until and since > until:
        form.add_error(
            "until",
            _("Found %(until)s, which is before %(since)s; wanted the same day or a later one.")
            % {"until": until, "since": since},
        )
