"""Those parts of a mail whose length the alert decides, and how they give way. Pure.

A part gives way by whole sentences from its end, what can be done also by whole measures; or it goes: no part is shown
as a fragment. Caveats go last.
"""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

WORDS_MAX = 250  # of a body, addresses not counted: read in half a minute to a minute
HEADLINE_WORDS = 8
REASON_WORDS = 30  # below which no reason is cut
PARTS = ("what_changed", "how_sure", "not_known", "who_is_at_risk", "can_be_done")
_SENTENCE = re.compile(r"(?<=[^\s.][^\s.][.!?…])[”’»]?\s+(?=[^\sa-z])")
_SHORTENED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|No|St|Gen|Col|Lt|Prof|art|para)\.$")
_TAIL = re.compile(r" \(\d{4}-\d\d-\d\d, [^()]*\)$")  # day and body, as alerts.raising.wording writes them


@dataclasses.dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason as the mail shows it; `url` and `grade` are empty where there is nothing to show."""

    text: str
    grade: str = ""
    url: str = ""
    is_retracted: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Texts:
    """What the alert says, in the words that it was released with."""

    headline: str
    what_changed: str
    how_sure: str
    not_known: str
    can_be_done: str
    reasons: tuple[ReasonLine, ...]
    who_is_at_risk: str = ""
    is_letter: bool = False  # about another alert: what was wrong and what is right never gives way
    is_shortened: bool = False

    @property
    def parts(self) -> list[str]:
        """Those that give way; the headline has its own limit."""
        return [*(getattr(self, name) for name in PARTS), *(reason.text for reason in self.reasons)]

    def words(self) -> int:
        """Of all parts."""
        return words_in(" ".join(self.parts))

    def fitted(self, *, spare: int, note: int) -> "Texts":
        """Whole where it has at most `spare` words; else shortened to `note` words less, which say that it is.

        Longer only where nothing is left that may give way.
        """
        if self.words() <= spare:
            return self
        short = dataclasses.replace(self, is_shortened=True)
        while short.words() > spare - note and (shorter := next(_shorter(short), None)) is not None:
            short = shorter
        return short


def _shorter(texts: Texts) -> Iterator[Texts]:
    """The same with a little less; what is missed least comes first."""
    own = () if texts.is_letter else ("what_changed",)
    yield from _without_end(texts, "can_be_done")
    yield from _with_shorter_reason(texts)
    yield from _without_reason(texts, left=2)
    yield from _with_fewer_measures(texts)
    yield from _without_reason(texts, left=1)
    yield from _without(texts, "can_be_done")
    for name in (*own, "how_sure", "not_known", "who_is_at_risk"):
        yield from _without_end(texts, name)
    yield from _without_reason(texts, left=0)
    for name in ("who_is_at_risk", "how_sure", "not_known", *own):
        yield from _without(texts, name)


def _without_end(texts: Texts, name: str) -> Iterator[Texts]:
    if len(found := sentences(getattr(texts, name))) > 1:
        kept: dict[str, Any] = {name: " ".join(found[:-1])}
        yield dataclasses.replace(texts, **kept)


def _with_fewer_measures(texts: Texts) -> Iterator[Texts]:
    """One measure alone still says what to do; the next best reason is worth less than that."""
    kept, mark, _last = texts.can_be_done.rpartition("; ")
    if mark:
        yield dataclasses.replace(texts, can_be_done=f"{kept.rstrip('…')}…")


def _without(texts: Texts, name: str) -> Iterator[Texts]:
    if getattr(texts, name):
        gone: dict[str, Any] = {name: ""}
        yield dataclasses.replace(texts, **gone)


def _without_reason(texts: Texts, *, left: int) -> Iterator[Texts]:
    if len(texts.reasons) > left:
        yield dataclasses.replace(texts, reasons=texts.reasons[:-1])


def _with_shorter_reason(texts: Texts) -> Iterator[Texts]:
    """The longest that can be said shorter."""
    longest = sorted(enumerate(texts.reasons), key=lambda one: -words_in(one[1].text))
    for place, reason in longest:
        if (text := at_a_clause(reason.text, REASON_WORDS)) != reason.text:
            shorter = dataclasses.replace(reason, text=text)
            yield dataclasses.replace(texts, reasons=(*texts.reasons[:place], shorter, *texts.reasons[place + 1 :]))


def sentences(text: str) -> list[str]:
    """The sentences of a text, in their order."""
    found: list[str] = []
    start = 0
    for end in [match.end() for match in _SENTENCE.finditer(text)] + [len(text)]:
        if not _SHORTENED.search(said := text[start:end].strip()) or end == len(text):
            found, start = [*found, said], end
    return [said for said in found if said]


def at_a_clause(text: str, words: int) -> str:
    """A reason without the clauses that begin after so many words; its day and body stay."""
    tail = _TAIL.search(text)
    said, end = (text[: tail.start()], tail[0]) if tail else (text, "")
    for mark in re.finditer(r"[,;:.!?](?=\s)|\s[–—(]", said):
        if len(said[: mark.start()].split()) >= words:
            quote = "”" if said.startswith("“") else ""
            return f"{said[: mark.start()]}…{quote}{end}"
    return text


def cut(text: str, words: int) -> str:
    """At most so many words, with an ellipsis where some were left out."""
    found = text.split()
    return text if len(found) <= words else " ".join(found[:words]).rstrip(",;:–-(") + "…" * (words > 0)


def words_in(text: str) -> int:
    """Words that a person reads: addresses are not counted, nor signs that stand alone."""
    found = (word for word in text.split() if "://" not in word and not word.startswith("mailto:"))
    return sum(1 for word in found if re.search(r"\w", word))
