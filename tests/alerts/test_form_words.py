"""What forms of alerts say of what cannot be taken: what was found and wanted, never the framework's own words."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms

import alerts
from indicators.fields import Address, Boxes, Clock, DayField, Line, Pick, TickBox, Whole


def _forms() -> Iterator[type[forms.Form]]:
    """Every form of alerts, wherever it stands."""
    for module in pkgutil.walk_packages(alerts.__path__, "alerts."):
        importlib.import_module(module.name)
    waiting: list[type[forms.Form]] = [forms.Form]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        yield from (child for child in children if child.__module__.startswith("alerts."))


def _stock(field: forms.Field) -> list[str]:
    """The messages of a field that are not of the house: they neither say what was found nor that it was nothing."""
    said = {code: str(words) for code, words in field.error_messages.items() if field.required or code != "required"}
    for rule in field.validators:
        said.setdefault(str(getattr(rule, "code", "")), str(getattr(rule, "message", "")))
    return [f"{code}: {words}" for code, words in said.items() if not words.startswith("Found ")]


def test_no_form_of_alerts_speaks_in_the_framework_s_own_words() -> None:
    found = {
        f"{form.__name__}.{name}": stock
        for form in _forms()
        for name, field in form.base_fields.items()
        if (stock := _stock(field))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        (Line(min_length=3, max_length=9), "", "Found nothing; wanted 3 to 9 characters."),
        (Line(min_length=3, max_length=9), "no", "Found fewer than 3 characters; wanted 3 to 9 characters. Say more."),
        (Line(max_length=9), "x" * 10, "Found 10 characters; wanted at most 9. Shorten it."),
        (Line(max_length=9), "", "Found nothing; wanted text of at most 9 characters."),
        (Line(), "a\0b", "Found a NUL character; wanted text. Paste it again as plain text."),
        (Address(), "un 100%", "Found “un 100%”, which is no address; wanted one such as https://example.org/report."),
        (Address(), "http://[", "Found “http://[”, which is no address; wanted one such as https://example.org/report."),
        (Address(max_length=20), "https://example.org/a-report", "Found 28 characters; wanted an address of at most"),
        (DayField(), "31 June", "Found “31 June”, which is no day; wanted one such as 2024-06-30."),
        (Clock(), "25:00", "Found no time of day; wanted hours and minutes such as 22:00."),
        (Whole(min_value=1), "twelve", "Found no whole number; wanted digits alone, such as 12."),
        (Whole(min_value=1), "0", "Found 0; wanted 1 or more."),
        (Whole(max_value=9), "10", "Found 10; wanted at most 9."),
        (Pick(), "rubbish", "Found “rubbish”, which is not in the list; wanted one of those offered. Choose again."),
        (Pick(), "x" * 99, f"Found “{'x' * 60}…”, which is not in the list;"),
        (Boxes(), "one", "Found a value that is not in the list; wanted one of those offered. Choose again."),
        (TickBox(), "", "Found the box not ticked; wanted it ticked."),
    ],
)  # fmt: skip
def test_a_field_says_what_was_found_and_wanted(field: forms.Field, typed: str, says: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(typed)

    assert refused.value.messages[0].startswith(says)


def test_an_address_is_completed_with_https() -> None:
    assert Address().clean("example.org/report") == "https://example.org/report"
