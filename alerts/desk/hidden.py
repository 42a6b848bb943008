"""Keeps what is not public out of words that go to many."""

import re
from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AnonymousUser

from alerts.desk.drafts import DeskError
from indicators.models import Evidence, EvidenceQuerySet

RUN = 5  # words in a row: fewer are anybody's
_WORD = re.compile(r"\w+")
_PIECE = re.compile(r"/evidence/(\d{1,18})\b")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w")


def refuse_hidden(new: Iterable[str], *, old: Iterable[str], country_id: int) -> None:
    """Raises DeskError where new words repeat, or lead to, a piece about the country that not everybody may see.

    What stood in the `old` words stays allowed: those were made from what is public.
    """
    text = "\n".join(new)
    if _ADDRESS.search(text):
        raise DeskError("words: found a mail address; wanted none: they go to many, and stand in the archive for good")
    hidden = _hidden(country_id)
    linked = {int(number) for number in _PIECE.findall(text)}
    said = _runs(text) - _runs("\n".join(old))
    public = None
    for number, parts in hidden.items():
        shared = said & set().union(*map(_runs, parts)) if said else set()
        if shared and public is None:
            public = _public(country_id)
        if number in linked or (public is not None and shared - public):
            raise DeskError(
                f"words: found what evidence {number} says, which is not public; wanted only what everybody may see"
            )


def _hidden(country_id: int) -> dict[int, tuple[str, str]]:
    rows = Evidence.objects.filter(country=country_id).exclude(pk__in=_seen(country_id).values("pk"))
    return {number: (note, text) for number, note, text in rows.values_list("pk", "note", "passage__text")}


def _public(country_id: int) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for note, text in _seen(country_id).values_list("note", "passage__text"):
        found |= _runs(note) | _runs(text)
    return found


def _seen(country_id: int) -> EvidenceQuerySet:
    return Evidence.objects.visible_to(AnonymousUser()).ever_accepted().filter(country=country_id)


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every run of so many words, in small letters, whatever stands between them."""
    return set(_in_rows(_WORD.findall(text.casefold())))


def _in_rows(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(RUN)), strict=False)
