"""What is written down is written in English: rows, files, messages to machines, whatever language a reader has."""

from collections.abc import Callable

from django.utils import translation
from django.utils.functional import Promise

WRITTEN_IN = "en"


def in_english(words: str | Promise | Callable[[], object]) -> str:
    """The words as they stand in the code: of a label (`State.SENT.label`) or what says one (`alert.get_kind_display`).

    A page shows labels in its reader's language. What outlives the page must not keep that language, and what
    machines read must not change with it (docs/decisions/0087).
    """
    with translation.override(WRITTEN_IN):
        return str(words() if callable(words) else words)
