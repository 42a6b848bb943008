"""What the machine says of one passage that stands alone: its language, its countries and what it suggests. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from countries.gazetteer import subjects_in
from indicators.matching.suggester import Hit, suggest
from reports.languages import detected


@dataclass(frozen=True, slots=True)
class Read:
    """`countries` are ISO3 codes, most often named first; `hits` at most three, strongest first."""

    language: str
    countries: tuple[str, ...]
    hits: tuple[Hit, ...]


def read(text: str, language: str = "") -> Read:
    """Reads a passage whose language is known, or is to be found. Too short a one is searched if it looks English."""
    language = language or detected(text).language
    base = language.partition("-")[0].lower()
    return Read(language, subjects_in(text, base), suggest(text, language=base))
