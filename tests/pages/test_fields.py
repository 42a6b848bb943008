"""How a form's fields and what is wrong with them are drawn: boxes beside their words, filters save nothing."""

import re
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.template.loader import render_to_string

from indicators.fields import DayField, Options, TickBox


class Asked(forms.Form):
    is_sure = TickBox(label="The day is not certain", required=False, help_text="Where only a month is known.")
    day = DayField()


def test_a_box_stands_beside_its_words_and_is_not_called_optional() -> None:
    drawn = render_to_string("_partials/field.html", {"field": Asked()["is_sure"]})

    assert '<label class="tick"><input type="checkbox"' in drawn
    assert "<span>The day is not certain</span></label>" in drawn
    assert 'aria-describedby="id_is_sure_helptext"' in drawn
    assert 'id="id_is_sure_helptext">Where only a month is known.' in drawn
    assert "optional" not in drawn


@pytest.mark.parametrize(("method", "says"), [("GET", "This cannot be looked up."), ("POST", "Nothing was saved.")])
def test_what_is_wrong_says_of_a_filter_that_it_cannot_be_looked_up(method: str, says: str) -> None:
    request = HttpRequest()
    request.method = method
    drawn = render_to_string("_partials/form_errors.html", {"form": Asked({"day": "soon"}), "request": request})

    assert f"<strong>{says} Please correct:</strong>" in drawn
    assert "Found “soon”, which is no day; wanted one such as 2024-06-30." in drawn


@pytest.mark.parametrize("value", [None, "", "a", "<b>", 3, ["a"]])
@pytest.mark.parametrize("attributes", [{}, {"id": "id_x", "required": True, "disabled": False}])
def test_a_select_is_the_one_that_the_framework_draws(value: Any, attributes: dict[str, Any]) -> None:
    choices = [("", "any"), ("a", "A & B"), ("Group <1>", [("<b>", "<i>"), (3, "three")]), (None, "none")]

    drawn = [kind(choices=choices).render("x", value, attributes) for kind in (Options, forms.Select)]

    assert re.sub(r"\s*\n\s*", "", drawn[1]) == drawn[0]
