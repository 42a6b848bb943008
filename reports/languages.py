"""Which language a text is in, and what a language is called. Pure.

The detector (py3langid, its model in the package) chooses among the languages in use. A text in another language would
be forced into one of them, so that all the languages which the detector knows are asked too: another one is named
where it is beyond doubt. The model is loaded when it is first asked: half a second and about 100 MB, once a process.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from babel import Locale

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN = "und"  # ISO 639's code for a language that nobody knows
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})?")
UN_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
LETTERS_MIN = 20  # below: unknown
LETTERS_SURE = 60  # a letter count from which the detector may contradict a publisher, or name another language
CHARACTERS_MAX = 4_000  # of a text that are looked at
CONFIDENCE_MIN = 0.5  # below: unknown
CONFIDENCE_SURE = 0.98
CONFIDENCE_OUTSIDE = 0.9  # that it is a language not in use, among all that the detector knows: not forced into one
CONFIDENCE_OTHER = 0.99  # that it is this very one
_AS_WRITTEN = {"ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh"}  # dialects that are written as one language
_NONE = frozenset({"zxx", "pcm", "la", "vo", "eo"})  # no language, one written like English, and artificial ones

LanguageBy = Literal["said", "found", "corrected"]


@dataclass(frozen=True, slots=True)
class Detected:
    """A language found in a text; `is_sure` where it may contradict what a publisher says."""

    language: str
    is_sure: bool = False


def detected(text: str, languages: Collection[str] = UN_LANGUAGES) -> Detected:
    """The language of `text`, of those in use or another that is beyond doubt; unknown under LETTERS_MIN letters."""
    text = text[:CHARACTERS_MAX]
    letters = sum(map(str.isalpha, text))
    if letters < LETTERS_MIN * _weight(text):
        return Detected(UNKNOWN)
    is_long = letters >= LETTERS_SURE * _weight(text) or sum(map(str.isascii, filter(str.isalpha, text))) < letters / 5
    shares = _shares(text)
    other = max(shares, key=shares.__getitem__)
    if other not in languages and other not in _NONE and shares[other] >= CONFIDENCE_OUTSIDE:
        is_sure = is_long and shares[other] >= CONFIDENCE_OTHER
        return Detected(other, is_sure) if is_sure else Detected(UNKNOWN)
    in_use = {language: shares.get(language, 0.0) for language in languages}
    language = max(in_use, key=in_use.__getitem__)
    confidence = in_use[language] / (sum(in_use.values()) or 1.0)
    if confidence < CONFIDENCE_MIN:
        return Detected(UNKNOWN)
    return Detected(language, is_sure=is_long and confidence >= CONFIDENCE_SURE)


def settled(text: str, said: str) -> tuple[str, LanguageBy]:
    """The language of a text whose publisher or sender says `said` (empty: nobody said), and how it is known.

    Where the detector is sure and disagrees it wins: a feed's language is often its publisher's, not the item's.
    """
    base = said.partition("-")[0].lower()
    if not base or base == UNKNOWN:
        return detected(text).language, "found"
    found = detected(text, {*UN_LANGUAGES, base})
    if found.is_sure and found.language != base:
        return found.language, "corrected"
    return said, "said"


def language_name(code: str) -> str:
    """The English name of a language by its code; the code itself where it has none."""
    if code == UNKNOWN:
        return "unknown language"
    return str(Locale("en").languages.get(code.partition("-")[0].lower(), code))


def _shares(text: str) -> dict[str, float]:
    """How likely each language is of all that the detector knows; dialects count for what they are written as."""
    shares: dict[str, float] = defaultdict(float)
    for language, share in _detector().rank(text):
        shares[_AS_WRITTEN.get(language, language)] += share
    return shares


@functools.cache
def _detector() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _weight(text: str) -> float:
    """A Chinese or Japanese character says as much as several letters."""
    return 0.3 if re.search(r"[\u3040-\u30ff\u4e00-\u9fff]{4}", text) else 1.0
