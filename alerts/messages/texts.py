"""Those parts of a mail whose length the alert decides, and how they give way. Pure."""

import dataclasses
import re

WORDS_MAX = 250  # of a body, addresses not counted: read in half a minute to a minute
HEADLINE_WORDS = 8
_PARTS = ("what_changed", "how_sure", "not_known", "who_is_at_risk", "can_be_done")


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

    @property
    def parts(self) -> list[str]:
        """Those that give way; the headline has its own limit."""
        return [*(getattr(self, name) for name in _PARTS), *(reason.text for reason in self.reasons)]

    def lengths(self) -> list[int]:
        """Words of each part."""
        return [len(text.split()) for text in self.parts]

    def cut(self, words: int) -> "Texts":
        """No part longer than so many words."""
        parts = {name: cut(getattr(self, name), words) for name in _PARTS}
        reasons = tuple(dataclasses.replace(reason, text=cut(reason.text, words)) for reason in self.reasons)
        return dataclasses.replace(self, **parts, reasons=reasons)


def longest(texts: Texts, *, spare: int) -> int:
    """How long a part may be so that all together stay within `spare` words: the longest give way first."""
    limit = max(texts.lengths())
    while limit > 0 and sum(min(length, limit) for length in texts.lengths()) > spare:
        limit -= 1
    return limit


def cut(text: str, words: int) -> str:
    """At most so many words, with an ellipsis where some were left out."""
    found = text.split()
    return text if len(found) <= words else " ".join(found[:words]).rstrip(",;:–-(") + "…" * (words > 0)


def words_in(text: str) -> int:
    """Words that a person reads: addresses are not counted, nor signs that stand alone."""
    found = (word for word in text.split() if "://" not in word and not word.startswith("mailto:"))
    return sum(1 for word in found if re.search(r"\w", word))
