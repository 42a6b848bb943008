"""What a reader wants to be otherwise, as one short text a change in the address. Pure text: no evidence is read."""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

MOST = 50  # changes of one page: its address stays short enough to be sent in a mail
TOLD = 60  # characters of a text that a message repeats
GRADE = re.compile(r"[A-F][1-6]", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
VALUE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
FAMILY = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)
EVENT = re.compile(r"(?!~)[^,\x00-\x1f\x7f]{1,120}")
POLARITIES = {"+": 1, " ": 1, "-": -1}  # an address that was typed by hand gives its plus as a space


class ChangeError(ValueError):
    """A text that is no change; says what was found and what was wanted."""


@dataclass(frozen=True, slots=True)
class Regraded:
    """A piece of evidence as it would be graded otherwise; None and empty: as it is."""

    param: ClassVar[str] = "e"
    evidence: int
    grade: str = ""
    severity: int | None = None
    polarity: int | None = None
    event_on: dt.date | None = None

    @property
    def text(self) -> str:
        """`123:B3:2:-:2024-05-01`, without what stays as it is at its end."""
        severity = "" if self.severity is None else str(self.severity)
        parts = [str(self.evidence), self.grade, severity, sign_of(self.polarity), str(self.event_on or "")]
        return ":".join(parts).rstrip(":")

    @property
    def changes_something(self) -> bool:
        """Whether anything is given but the number."""
        return self != Regraded(self.evidence)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A piece of evidence that would not be there."""

    param: ClassVar[str] = "x"
    evidence: int

    @property
    def text(self) -> str:
        """`124`."""
        return str(self.evidence)


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A piece of evidence that nobody found. Without an event's name it is an event of its own."""

    param: ClassVar[str] = "a"
    indicator: str
    grade: str
    severity: int
    event_on: dt.date
    polarity: int
    family: str
    event: str = ""

    @property
    def text(self) -> str:
        """`7.3,B2,3,2024-05-01,+,ohchr` and, where it has one, the event's name."""
        parts = [self.indicator, self.grade, str(self.severity), str(self.event_on), sign_of(self.polarity)]
        return ",".join([*parts, self.family, self.event]).rstrip(",")


@dataclass(frozen=True, slots=True)
class Revalued:
    """A series value as it would be otherwise, in the unit of its series."""

    param: ClassVar[str] = "s"
    series: int
    value: float

    @property
    def text(self) -> str:
        """`12:340`."""
        return f"{self.series}:{written(self.value)}"


@dataclass(frozen=True, slots=True)
class ValueLeftOut:
    """A series value that would not be there."""

    param: ClassVar[str] = "sx"
    series: int

    @property
    def text(self) -> str:
        """`12`."""
        return str(self.series)


Change = Regraded | LeftOut | MadeUp | Revalued | ValueLeftOut


@dataclass(frozen=True, slots=True)
class Fault:
    """A change that is not applied, and why."""

    param: str
    text: str
    why: str

    @property
    def told(self) -> str:
        """As much of the text as a message repeats."""
        return self.text if len(self.text) <= TOLD else f"{self.text[:TOLD]}…"


def read_changes(pairs: Iterable[tuple[str, str]]) -> tuple[list[Change], list[Fault]]:
    """The changes of an address, and what of it is none; at most `MOST`, each once."""
    changes: list[Change] = []
    faults: list[Fault] = []
    for param, text in pairs:
        try:
            change = READERS[param](text)
            if len(changes) >= MOST:
                raise ChangeError(f"Found more than {MOST} changes; wanted at most {MOST}. Undo another one first.")
            if _subject(change) in map(_subject, changes):
                raise ChangeError("Found a second change of the same thing; wanted one. Undo the first, or this one.")
            changes.append(change)
        except ChangeError as error:
            faults.append(Fault(param, text, str(error)))
    return changes, faults


def _subject(change: Change) -> object:
    """What is changed: of one thing only one change is taken."""
    if isinstance(change, MadeUp):
        return object()  # two made-up pieces may be alike
    if isinstance(change, Regraded | LeftOut):
        return "evidence", change.evidence
    return "series", change.series


def _regraded(text: str) -> Regraded:
    parts = text.split(":")
    if not 2 <= len(parts) <= 5:
        raise ChangeError(
            f"Found {len(parts)} parts; wanted a piece’s number, then grade, severity, + or − and day: 123:B3:2."
        )
    number, grade, severity, polarity, day = [*parts, "", "", ""][:5]
    change = Regraded(
        read_number(number),
        read_grade(grade) if grade else "",
        read_severity(severity) if severity else None,
        read_polarity(polarity) if polarity else None,
        read_day(day) if day else None,
    )
    if not change.changes_something:
        raise ChangeError("Found nothing after the piece’s number; wanted a grade, a severity, + or −, or a day.")
    return change


def _made_up(text: str) -> MadeUp:
    parts = text.split(",")
    if not 6 <= len(parts) <= 7:
        raise ChangeError(
            f"Found {len(parts)} parts; wanted indicator, grade, severity, day, + or −, who found it and, if it has "
            "one, the event’s name: 7.3,B2,3,2024-05-01,+,ohchr."
        )
    code, grade, severity, day, polarity, family, event = [*parts, ""][:7]
    return MadeUp(
        code, read_grade(grade), read_severity(severity), read_day(day), read_polarity(polarity), read_family(family),
        read_event(event) if event else "",
    )  # fmt: skip


def _revalued(text: str) -> Revalued:
    number, colon, value = text.partition(":")
    if not colon:
        raise ChangeError("Found no colon; wanted the value’s number, a colon and the new value: 12:340.")
    return Revalued(read_number(number), read_value(value))


READERS: dict[str, Callable[[str], Change]] = {
    "e": _regraded,
    "x": lambda text: LeftOut(read_number(text)),
    "a": _made_up,
    "s": _revalued,
    "sx": lambda text: ValueLeftOut(read_number(text)),
}
PARAMS = tuple(READERS)


def read_number(text: str) -> int:
    """A row's number. Raises ChangeError."""
    if not NUMBER.fullmatch(text):
        raise ChangeError(f"Found “{text[:20]}” as a number; wanted that of a piece or value of the list, such as 123.")
    return int(text)


def read_grade(text: str) -> str:
    """A grade such as B2. Raises ChangeError."""
    if not GRADE.fullmatch(text):
        raise ChangeError(f"Found the grade “{text[:20]}”; wanted a letter A to F and a digit 1 to 6, such as B2.")
    return text


def read_severity(text: str) -> int:
    """A severity. Raises ChangeError."""
    if text not in {"0", "1", "2", "3", "4"}:
        raise ChangeError(f"Found the severity “{text[:20]}”; wanted a whole number from 0 to 4.")
    return int(text)


def read_polarity(text: str) -> int:
    """+1 for what raises risk, −1 for what mitigates it. Raises ChangeError."""
    if text not in POLARITIES:
        raise ChangeError(f"Found “{text[:20]}” as direction; wanted + (raises risk, %2B in an address) or -.")
    return POLARITIES[text]


def read_day(text: str) -> dt.date:
    """A day in its long form. Raises ChangeError."""
    try:
        if len(text) == len("2024-05-01"):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise ChangeError(f"Found “{text[:20]}”, which is no day; wanted one such as 2024-05-01.")


def read_family(text: str) -> str:
    """Who made the finding, as a short name. Raises ChangeError."""
    if not FAMILY.fullmatch(text):
        raise ChangeError(f"Found “{text[:20]}” as who found it; wanted letters, digits and hyphens, such as ohchr.")
    return text


def read_event(text: str) -> str:
    """An event's name. Raises ChangeError."""
    if not EVENT.fullmatch(text) or text != text.strip():
        raise ChangeError(f"Found the event “{text[:20]}”; wanted at most 120 characters, no comma, not beginning “~”.")
    return text


def read_value(text: str) -> float:
    """A number in plain digits. Raises ChangeError."""
    if not VALUE.fullmatch(text) or not math.isfinite(float(text)):
        raise ChangeError(f"Found “{text[:20]}” as a value; wanted a number such as 340 or 12.5.")
    return float(text)


def sign_of(polarity: int | None) -> str:
    """+ or -, or nothing."""
    return "" if polarity is None else "+" if polarity > 0 else "-"


def written(value: float) -> str:
    """A number as an address and a field hold it: no exponent, no digits that say nothing."""
    return f"{value:.9f}".rstrip("0").rstrip(".")
