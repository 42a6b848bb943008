"""What stands about a passage: the rest of its paragraph and the paragraph before and after."""

from __future__ import annotations

import re

_BREAK = re.compile(r"\n\s*\n")


def before(text: str, *, is_whole: bool) -> str:
    """The end of `text`, from the paragraph before the one that it ends in; `is_whole`: nothing stands before it."""
    breaks = [found.end() for found in _BREAK.finditer(text.rstrip())]
    ends_in_break = len(text.rstrip()) < len(text) and _BREAK.search(text[len(text.rstrip()) :]) is not None
    wanted = 1 if ends_in_break else 2
    if len(breaks) >= wanted:
        return text[breaks[-wanted] :]
    return text if is_whole else "… " + text.partition(" ")[2]


def after(text: str, *, is_whole: bool) -> str:
    """The start of `text`, to the end of the paragraph after the one that it starts in."""
    lead = len(text) - len(text.lstrip())
    starts_with_break = _BREAK.search(text[:lead]) is not None
    breaks = [found.start() for found in _BREAK.finditer(text, lead)]
    wanted = 1 if starts_with_break else 2
    if len(breaks) >= wanted:
        return text[: breaks[wanted - 1]]
    return text if is_whole else text.rpartition(" ")[0] + " …"
