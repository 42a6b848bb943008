"""A draft of the lexicon with one phrase more, and a test of it, as people at the desk would make them."""

from indicators import lexicon_keeping, lexicon_testing
from indicators.models import LexiconDraft, LexiconEdit, LexiconPublication, LexiconTest
from people.models import User
from people.permissions import Role
from tests import make

PHRASE = "zorbled the quixotes"
PASSAGE = "On Monday men in masks zorbled the quixotes of the town."
ENTRY = {"indicator": "7.14", "weight": 0.8, "severity": 3, "phrases": [PHRASE]}


def publisher() -> User:
    return make.person(Role.PUBLISHER)


def draft(by: User | None = None) -> LexiconDraft:
    """The open draft, with an entry that the shipped lexicon has not."""
    standing = lexicon_keeping.open_draft()
    if standing is not None:
        return standing.draft
    by = by or publisher()
    made = lexicon_keeping.begin(by=by, at=make.NOW)
    edited(by)
    return made


def edited(by: User | None = None, *, place: int | None = None, seen: int = 0, **changes: object) -> LexiconEdit:
    return lexicon_keeping.edit(
        language="en", place=place, entry=ENTRY | changes, seen=seen, by=by or publisher(), at=make.NOW
    )


def asked(passages: str = "shipped") -> LexiconTest:
    """A test of the draft that waits for a worker."""
    draft()
    return lexicon_testing.ask(passages=passages, sent=None, by=publisher(), at=make.NOW)


def published(by: User | None = None) -> LexiconPublication:
    """The draft, tested and published."""
    asked()
    lexicon_testing.run_waiting(at=make.NOW)
    now = lexicon_keeping.open_draft()
    assert now is not None
    return lexicon_keeping.publish(seen=now.sha256, reason="wanted", by=by or publisher(), at=make.NOW)
