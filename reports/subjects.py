"""What a text shows of itself as a whole: its language, and which States it is about. Pure."""

from typing import TypedDict

from countries.gazetteer import subjects_in
from countries.names import is_state
from reports.languages import UNKNOWN, LanguageBy, settled

COUNTRIES_MAX = 3  # of a report or a passage: one that lists more is about none of them in particular
CHARACTERS_MAX = 200_000  # of a report: what a longer one is about shows before its annexes


class Noticed(TypedDict):
    """Fields of a report that are set as it is taken in, and never after."""

    language: str
    language_by: LanguageBy
    countries_found: list[str] | None


def noticed(title: str, text: str, said: str) -> Noticed:
    """What the text shows, where `said` is the language by its publisher or sender (empty: not said).

    Without a text nobody looked.
    """
    if not text:
        return {"language": said or UNKNOWN, "language_by": "said", "countries_found": None}
    language, by = settled(text, said)
    return {"language": language, "language_by": by, "countries_found": countries_found(title, text, language)}


def countries_found(title: str, text: str, language: str) -> list[str]:
    """ISO3 codes of the States that title and text are about, most often named first."""
    return list(subjects_in(f"{title}.\n{text[:CHARACTERS_MAX]}", language.partition("-")[0].lower()))


def countries_about(said: list[str], found: list[str]) -> list[str]:
    """Those that the metadata name, or else those found; of a long list in the metadata only what was found too.

    What the metadata name and is no State here (Kosovo, Taiwan, a region) counts for nothing.
    """
    said = [iso3 for iso3 in said if is_state(iso3)]
    if 0 < len(said) <= COUNTRIES_MAX:
        return said
    return [iso3 for iso3 in found if not said or iso3 in said][:COUNTRIES_MAX]
