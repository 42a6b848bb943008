"""What is wrong with a cell or a file: found, wanted, what to do. No excerpt and no name: codes, numbers, a word."""

import dataclasses
import re
from typing import Any

_SHORT = re.compile(r"[-\w.+/:,%'’#! ]{1,24}")
_WORD = re.compile(r"[^\W\d_]{2,}")


class TableError(ValueError):
    """A file that cannot be read as a table at all."""


class EncodingError(TableError):
    """Bytes that are no UTF-8 and do not say what else they are: the sender is asked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a row out. With `question` a person can settle it: one of `choices`, for all such cells."""

    column: str
    found: str
    wanted: str
    question: str = ""
    choices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The fields that are filled, as JSON values."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Fault":
        """The inverse of `as_json`."""
        whole = {"column": "", "found": "", "wanted": ""} | said
        return cls(**whole | {"choices": tuple(said.get("choices", ()))})

    def __str__(self) -> str:
        said = f"found {self.found}; wanted {self.wanted}"
        return f"{self.column}: {said}" if self.column else said


class CellError(ValueError):
    """Raised while a cell is read; carries its fault, to which the caller adds the column."""

    def __init__(self, found: str, wanted: str, question: str = "", choices: tuple[str, ...] = ()) -> None:
        super().__init__(f"found {found}; wanted {wanted}")
        self.found, self.wanted, self.question, self.choices = found, wanted, question, choices

    def at(self, column: str) -> Fault:
        """The fault of the cell in `column`."""
        return Fault(column, self.found, self.wanted, self.question, self.choices)


def seen(text: str) -> str:
    """A wrong cell as a message may repeat it: a code, a figure, a day or a word, never a passage or a full name."""
    if _SHORT.fullmatch(text) and not _may_be_a_name(_WORD.findall(text)):
        return f"“{text.strip()}”"
    return f"a text of {len(text)} characters" if text else "nothing"


def _may_be_a_name(words: list[str]) -> bool:
    """Whether it is more than a word, unless one of two is small: "last Tuesday"."""
    return len(words) > 2 or (len(words) == 2 and not any(word.islower() for word in words))
