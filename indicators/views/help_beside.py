"""What stands beside the entry form: help for the chosen indicator, what is known already, what may be the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from countries.models import Country
from indicators.forms import EntryForm
from indicators.guidance import guidance_of
from indicators.last_values import last_values, near_twins
from indicators.models import Evidence, Indicator
from indicators.views.natures import NATURES
from people.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Typed:
    """The three fields on which the help depends, as far as they can be read; empty or None where they cannot."""

    iso3: str = ""
    code: str = ""
    event_on: dt.date | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Typed:
        """Out of a form's data, of a query or of first values."""
        return cls(_code(values.get("country")), _code(values.get("indicator")), _day(values.get("event_on")))


def _code(value: Any) -> str:
    text = str(value or "")
    return "" if "\x00" in text else text


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value or ""))
    except ValueError:
        return None


def beside(typed: Typed, *, user: User, known_on: dt.date, corrected: int | None = None) -> dict[str, Any]:
    """Needs no country for the help, and both for the rest. `corrected` is the number of the piece to be corrected."""
    chosen = _indicator(typed.code)
    told: dict[str, Any] = {
        "chosen": chosen,
        "nature_words": NATURES[Indicator.Nature(chosen.nature)] if chosen else "",
        "guidance": guidance_of(chosen.code) if chosen else None,
    }
    if chosen is None or not typed.iso3:
        return told
    values = last_values(iso3=typed.iso3, indicator=chosen, user=user, known_on=known_on)
    if values is None:
        return told
    told["values"] = values
    if typed.event_on is not None:
        told["twins"] = _twins(values.country, chosen, typed.event_on, user, corrected)
    return told


def is_warned_of(form: EntryForm, typed: Typed, *, user: User, corrected: int | None = None) -> bool:
    """Whether something near stands already and the person has not said that this is another."""
    chosen, country = _indicator(typed.code), Country.objects.filter(iso3=typed.iso3).first()
    if form.cleaned_data["is_another"] or chosen is None or country is None or typed.event_on is None:
        return False
    return bool(_twins(country, chosen, typed.event_on, user, corrected))


def _twins(country: Country, chosen: Indicator, event_on: dt.date, user: User, corrected: int | None) -> list[Evidence]:
    beside_row = Evidence.objects.visible_to(user).filter(pk=corrected).first() if corrected is not None else None
    return near_twins(country=country, indicator=chosen, event_on=event_on, user=user, beside=beside_row)


def _indicator(code: str) -> Indicator | None:
    return Indicator.objects.in_use().select_related("factor").filter(code=code).first() if code else None
