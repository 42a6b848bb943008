"""Made-up texts of so many words, and reports that carry them."""

import datetime as dt
import random
from typing import Any

from indicators import voices
from reports import clustering
from reports.models import Report, TextPair
from reports.storing import same_words
from tests import make

WORDS = 300


def words(seed: int, count: int = WORDS) -> list[str]:
    """Synthetic words; two seeds share next to none of their sequences."""
    drawn = random.Random(seed)
    return [f"w{drawn.randrange(4000)}" for _ in range(count)]


def text(*parts: list[str]) -> str:
    """The parts as sentences of twenty words, in paragraphs of four sentences."""
    flat = [word for part in parts for word in part]
    sentences = [" ".join(flat[at : at + 20]).capitalize() + "." for at in range(0, len(flat), 20)]
    return "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))


def report(said: str, **fields: Any) -> Report:
    """A report with this text, one passage a paragraph, as the storing of reports makes it."""
    title = fields.pop("title", "Synthetic")
    found = make.report(text=said, title=title, **same_words(said, title), **fields)
    for paragraph in said.split("\n\n"):
        start = said.index(paragraph)
        make.passage(found, start=start, end=start + len(paragraph), text=paragraph)
    return found


def pair(**fields: Any) -> TextPair:
    """Two reports that a person is asked about."""
    first, second = make.report(), make.report()
    shares = {"of_first": 0.5, "of_second": 0.5, "state": TextPair.State.WAITING, "found_at": make.NOW}
    return TextPair.objects.create(first=first, second=second, **(shares | fields))


def cluster(at: dt.datetime = make.NOW) -> int:
    """Runs the stage until nothing waits; how many reports."""
    count = 0
    while done := clustering.cluster_some(at=at, changed=voices.ask_for_scores):
        count += done
    return count
