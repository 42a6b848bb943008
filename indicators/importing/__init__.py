"""Imports of tables: sent, mapped, checked by a worker, confirmed by a person, written, perhaps undone."""

from indicators.importing.checking import check_waiting
from indicators.importing.sending import (
    ACTION_FOR,
    ImportRefused,
    answer,
    confirm,
    drop,
    preview_of,
    receive,
    reopen,
    settle,
)
from indicators.importing.undoing import MAY_UNDO, standing_of, undo
from indicators.importing.writing import write_waiting

__all__ = [
    "ACTION_FOR", "MAY_UNDO", "ImportRefused", "answer", "check_waiting", "confirm", "drop", "preview_of", "receive",
    "reopen", "settle", "standing_of", "undo", "write_waiting",
]  # fmt: skip
