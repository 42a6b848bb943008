"""The fields of a card, written without a template each: fifty of them stand on a page that must come at a key."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.forms.widgets import Input
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Options = tuple[tuple[Any, Any], ...]  # (value, label), or (group, such options)


class Select(forms.Select):
    """A select whose options are written once for all the cards."""

    written: str | None = None

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The same as Django's, but for its pace."""
        options = written(frozen(self.choices)) if self.written is None else self.written
        chosen = format_html('value="{}"', "" if value is None else value)
        options = options.replace(chosen, f"{chosen} selected", 1)
        whole = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(whole), mark_safe(options))  # noqa: S308  # by `written`


class _Plain(Input):
    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The same as Django's, but for its pace."""
        whole = self.build_attrs(self.attrs, {"type": self.input_type, "name": name, **(attrs or {})})
        said = self.format_value(value)
        return format_html("<input{}>", flatatt(whole if said is None else whole | {"value": str(said)}))


class Text(_Plain, forms.TextInput):
    """One line."""


class Day(_Plain, forms.DateInput):
    """A day, as 2024-06-30."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Lines(forms.Textarea):
    """Two lines and more."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The same as Django's, but for its pace."""
        whole = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<textarea{}>\n{}</textarea>", flatatt(whole), self.format_value(value) or "")


def frozen(choices: Any) -> Options:
    """Options as a value that can be remembered."""
    return tuple((key, frozen(label) if isinstance(label, list | tuple) else str(label)) for key, label in choices)


@functools.lru_cache(maxsize=256)
def written(choices: Options) -> str:
    """Options of a select, escaped, in their groups."""
    parts = []
    for value, label in choices:
        if isinstance(label, tuple):
            options = mark_safe(written(label))  # noqa: S308  # by itself
            parts.append(format_html('<optgroup label="{}">{}</optgroup>', value, options))
        else:
            parts.append(format_html('<option value="{}">{}</option>', value, label))
    return "".join(parts)


def with_chosen(choices: Sequence[Any], value: str) -> SafeString:
    """Options with one of them chosen, for a select that stands in a template."""
    chosen = format_html('value="{}"', value)
    return mark_safe(written(frozen(choices)).replace(chosen, f"{chosen} selected", 1))  # noqa: S308  # by `written`


def fields(bound: Sequence[forms.BoundField]) -> SafeString:
    """Each with its label, and above it what is wrong with it."""
    return format_html_join("", _FIELD, (_parts(field) for field in bound))


_FIELD = '<div class="field card-{}{}"><label for="{}">{}</label>{}{}</div>'


def _parts(field: forms.BoundField) -> tuple[Any, ...]:
    errors = field.errors
    wrong = " field-wrong" if errors else ""
    return field.name, wrong, field.id_for_label, field.label, errors or "", field.as_widget()
