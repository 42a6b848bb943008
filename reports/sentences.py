"""A text's paragraphs and sentences, as offsets: pure, and in time that grows with the text's length alone."""

import re
from collections.abc import Iterator
from itertools import pairwise

WIDTH_MAX = 120  # characters: a block whose lines are all shorter may be wrapped by hand; else each line is a paragraph
SHORT_OF = 0.75  # of a block's widest line: what is shorter was ended by its author, not by the margin
LOOK_BACK = 24  # characters before a stop that tell an abbreviation

_GAP = re.compile(r"\n\s*\n|\Z")  # between blocks; a pattern for a block would keep 120 bytes a character
_CLOSING = '"”’»)]'
_STOP = re.compile(
    rf"(?:(?<=[^\W\d_])\.\[?\d{{1,3}}\]?"  # with a footnote's number: "fled.12 The"
    rf"|[.!?…؟۔।။]{{1,9}}[{re.escape(_CLOSING)}]{{0,3}})\s+"
    r"|[。！？；]{1,9}[”’」』）]{0,3}\s*"
)
_ENTRY = re.compile(r"(?:[•◦▪‣·*–—-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])\s")  # how an entry of a list begins
_ENDED = re.compile(rf"[.!?…؟۔。！？:：;][{re.escape(_CLOSING)}」』）]{{0,3}}$")
_INITIALS = re.compile(r"(?:^|[^\w.])(?:[^\W\d_]\.)+$")  # "J." and "U.N."
_NUMBER = re.compile(r"\W*(?:\d{1,3}|[a-z]|[ivx]{1,4})\.$")  # of a paragraph: "12. The Council"
_WORD = re.compile(r"[\w.]+\.$")
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "gen", "col", "lt", "maj", "capt", "cmdr", "sgt", "brig",
    "adm", "gov", "sen", "rep", "rev", "hon", "pres", "amb", "min", "no", "nos", "art", "arts", "para", "paras",
    "sect", "ch", "vol", "pp", "ed", "eds", "res", "doc", "fig", "al", "cf", "viz", "vs", "etc", "approx", "est",
    "dept", "inc", "ltd", "co", "corp", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct",
    "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "e.g", "i.e", "a.m", "p.m", "mm", "mme", "mlle", "mgr",
    "ste", "av", "j.-c", "sra", "srta", "ud", "uds", "núm", "nro", "lic", "ing", "ee.uu", "pág", "г", "гг", "ул",
    "им", "ст", "стр", "тыс", "млн", "млрд", "руб", "т.е", "т.д", "т.п", "т.к", "чел", "см", "проф", "ген",
})  # fmt: skip


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each paragraph, heading and entry of a list, without the space around it.

    An empty line always parts. A single line end parts where the lines are long (an extractor's paragraphs), before an
    entry of a list, after a heading, and after a sentence that ends well before the margin.
    """
    at = 0
    for gap in _GAP.finditer(text):
        yield from _in_block(text, at, gap.start())
        at = gap.end()


def _in_block(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    lines = list(_lines(text, start, end))
    if not lines:
        return
    widest = max(stop - begin for begin, stop in lines)
    first = lines[0][0]
    for (begin, stop), (following, limit) in pairwise(lines):
        if _parts(text[begin:stop], text[following:limit], widest):
            yield first, stop
            first = following
    yield first, lines[-1][1]


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Those that are not empty, without the space around them."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        line = text[start:stop]
        if line.strip():
            yield stop - len(line.lstrip()), start + len(line.rstrip())
        start = stop + 1


def _parts(line: str, following: str, widest: int) -> bool:
    """Whether a paragraph ends between two lines."""
    if line.startswith("|") and following.startswith("|"):  # rows of one table
        return False
    if widest > WIDTH_MAX or _ENTRY.match(following):
        return True
    if _ENDED.search(line):
        return len(line) < SHORT_OF * widest
    is_heading = len(line) < SHORT_OF * len(following) and not line.endswith((",", "-", "–", "(", "،"))
    return is_heading and not following[0].islower()


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Start and end of each sentence of a paragraph, without the space around it."""
    found: list[tuple[int, int]] = []
    at = start
    for stop in _STOP.finditer(text, start, end):
        if stop.end() < end and _ends(text, at, stop):
            found.append((at, stop.start() + len(stop[0].rstrip())))
            at = stop.end()
    return [*found, (at, end)] if at < end else found


def _ends(text: str, at: int, stop: re.Match[str]) -> bool:
    """Whether a stop ends a sentence that began at `at`, not an abbreviation, initials or a paragraph's number."""
    mark, following = stop[0], text[stop.end()]
    before = text[max(at, stop.start() - LOOK_BACK) : stop.start() + 1]
    if not any(map(str.isalnum, before)):
        return False
    if following.islower() or following in ",;)":
        return False
    if not mark.startswith(".") or not mark[1:2].isspace():
        return True
    if _INITIALS.search(before) or (stop.start() - at < LOOK_BACK and _NUMBER.fullmatch(before)):
        return False
    word = _WORD.search(before)
    return word is None or word[0][:-1].lower() not in _ABBREVIATIONS
