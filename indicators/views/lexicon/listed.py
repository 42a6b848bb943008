"""The entries of one language as a page shows them: by factor and indicator, as far as asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from indicators.fields import Choice
from indicators.matching import editing
from indicators.models import Indicator

LANGUAGES = {
    "en": gettext_lazy("English"),
    "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"),
    "ar": gettext_lazy("Arabic"),
    "ru": gettext_lazy("Russian"),
    "zh": gettext_lazy("Chinese"),
}
RIGHT_TO_LEFT = {"ar"}
FOUND_MAX = 60  # entries of a search


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """One entry with its place in its file; `edited` says that a draft changes it, `is_gone` that it removes it."""

    place: int
    entry: Mapping[str, Any]
    is_edited: bool = False
    is_gone: bool = False

    @property
    def silencing(self) -> list[str]:
        """The phrases that silence it: Django's templates cannot say `not`."""
        return list(self.entry.get("not", ()))


@dataclasses.dataclass(frozen=True, slots=True)
class OfIndicator:
    """What speaks for one indicator."""

    code: str
    label: str
    entries: list[Listed]


@dataclasses.dataclass(frozen=True, slots=True)
class Sought:
    """What a person asks to see of a version."""

    language: str
    factor: int
    words: str
    factors: list[tuple[int, str]]
    languages: list[Choice]

    @property
    def direction(self) -> str:
        """In which direction the language is written."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


def sought(request: HttpRequest, files: Mapping[str, str]) -> Sought:
    """What the address asks for; what it gets wrong is taken as not asked."""
    factors = list(
        Indicator.objects.in_use().values_list("factor__number", "factor__title").distinct().order_by("factor__number")
    )
    languages = [(code, str(LANGUAGES.get(code, code))) for code in LANGUAGES if code in files]
    language = request.GET.get("language", "")
    number = request.GET.get("factor", "")
    known = {str(one) for one, _ in factors}
    return Sought(
        language=language if language in files else "en",
        factor=int(number) if number in known else 1,
        words=request.GET.get("q", "").strip().lower()[:80],
        factors=[(int(one), str(title)) for one, title in factors],
        languages=languages,
    )


def entries_sought(
    files: Mapping[str, str], asked: Sought, changes: Mapping[tuple[str, int], Mapping[str, Any] | None] | None = None
) -> list[OfIndicator]:
    """The entries that are asked for, with a draft's changes in place, by indicator in catalogue order."""
    by_code: dict[str, list[Listed]] = {}
    count = 0
    for one in _all(files[asked.language], asked.language, changes or {}):
        if _is_sought(one, asked) and count < FOUND_MAX:
            count += bool(asked.words)
            by_code.setdefault(str(one.entry["indicator"]), []).append(one)
    labels = dict(Indicator.objects.in_use().filter(code__in=by_code).values_list("code", "label"))
    return [OfIndicator(code, labels.get(code, ""), by_code[code]) for code in sorted(by_code, key=_order)]


def _all(toml: str, language: str, changes: Mapping[tuple[str, int], Mapping[str, Any] | None]) -> list[Listed]:
    entries = list(editing.entries_of(toml))
    listed = []
    for place, entry in enumerate(entries):
        now = changes.get((language, place), entry)
        listed.append(Listed(place, now or entry, (language, place) in changes, now is None))
    added = sorted(
        (place, entry) for (of, place), entry in changes.items() if of == language and place >= len(entries) and entry
    )
    return listed + [Listed(place, entry or {}, is_edited=True) for place, entry in added]


def _is_sought(one: Listed, asked: Sought) -> bool:
    if asked.words:
        phrases = [*one.entry.get("phrases", ()), *one.silencing]
        return any(asked.words in phrase.lower() for phrase in phrases)
    return str(one.entry["indicator"]).partition(".")[0] == str(asked.factor)


def _order(code: str) -> tuple[int, int]:
    factor, _, number = code.partition(".")
    return int(factor), int(number)
