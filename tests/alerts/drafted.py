"""A country in memory whose drafts are released, refused, lapse, or reach nobody: the steps of the stage alone."""

import dataclasses
import datetime as dt

from alerts.policy import ALERT_OF, Found, Warned, judge_all
from alerts.policy.rules import COOL_DOWN_DAYS

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)


@dataclasses.dataclass
class Drafted:
    """`look` after `look`; alerts by number, `own` the signal of each, `waits` which signal waits for which alert."""

    at: dt.datetime = NOW
    level: int = 0
    alerts: dict[int, Warned] = dataclasses.field(default_factory=dict)
    own: dict[int, int] = dataclasses.field(default_factory=dict)
    found: dict[int, Found] = dataclasses.field(default_factory=dict)
    found_at: dict[int, dt.datetime] = dataclasses.field(default_factory=dict)
    waits: dict[int, int] = dataclasses.field(default_factory=dict)
    told_by: set[tuple[int, int]] = dataclasses.field(default_factory=set)  # signal, alert that it waited for
    live: set[int] = dataclasses.field(default_factory=set)  # signals that say something still
    looks: int = 0

    def look(self, days: int, level: int, *, has_trigger: bool, decision: str) -> None:
        """Time passes, somebody decides or mails fail, the country is scored, and the rule looks."""
        self.at += dt.timedelta(days=days)
        self.looks += 1
        for number in [number for number, one in self.alerts.items() if is_open(one)]:
            self._decide(number, decision)
        new = self._find(level, has_trigger=has_trigger)
        self.level = level
        self.live = {number for number in self.live | new if self._says_something(self.found[number])}
        drafts = [number for number, one in self.alerts.items() if is_open(one) and one.released_at is None]
        over = [number for number in drafts if self.alerts[number].level > level]
        again = {self.own[number] for number in over}
        for number in over:
            del self.alerts[number]
        due = {signal for signal, number in self.waits.items() if not is_open(self.alerts.get(number))}
        self._judge(new | again | due)

    def _decide(self, number: int, decision: str) -> None:
        one = self.alerts[number]
        if decision == "release":
            self.alerts[number] = dataclasses.replace(one, released_at=one.released_at or self.at, is_posted=True)
        elif decision == "fail":
            self.alerts[number] = dataclasses.replace(one, released_at=one.released_at or self.at, is_sent=False)
        elif decision == "refuse" and one.released_at is None:
            self.alerts[number] = dataclasses.replace(one, is_sent=False, is_declined=True)

    def _find(self, level: int, *, has_trigger: bool) -> set[int]:
        kinds = ["level_up"] * (level > self.level) + ["trigger"] * has_trigger
        first = len(self.found) + 1
        for number, kind in enumerate(kinds, start=first):
            self.found[number] = Found(number, kind, self.level, found_with=self.looks)
            self.found_at[number] = self.at
        return set(range(first, first + len(kinds)))

    def _says_something(self, found: Found) -> bool:
        return self.level >= 3 and (found.kind == "trigger" or self.level > found.from_level)

    def _judge(self, signals: set[int]) -> None:
        found = [dataclasses.replace(self.found[one], waited_for=self.waits.pop(one, None)) for one in signals]
        raised: dict[int, int] = {}
        for number, one in judge_all(found, level_now=self.level, warned=self.alerts.values(), at=self.at).items():
            if one.raises:
                raised[-number] = self._raise(self.found[number])
            elif one.waits_for is not None:
                self._wait(number, raised.get(one.waits_for, one.waits_for))

    def _raise(self, found: Found) -> int:
        """ELEVATED goes out at once, with mails to be sent; a higher level waits for a person."""
        kind, new = ALERT_OF[found.kind], len(self.own) + 1
        drafts = {number for number, one in self.alerts.items() if is_open(one) and one.released_at is None}
        for number in drafts:
            if self.alerts[number].kind == kind or self.alerts[number].level < self.level:
                del self.alerts[number]
                for signal in [self.own[number], *(one for one, by in self.waits.items() if by == number)]:
                    self._wait(signal, new)
        out = self.at if self.level == 3 else None
        self.alerts[new] = Warned(
            new, kind, self.level, out, found_with=found.found_with, stood=self.looks, is_posted=False
        )
        self.own[new] = found.number
        return new

    def _wait(self, signal: int, number: int) -> None:
        self.waits[signal] = number
        self.told_by.add((signal, number))

    def is_told(self, signal: int) -> bool:
        """Whether people were warned of it, a person decided on it, or an alert that may still go out says it."""
        found = self.found[signal]
        since = self.found_at[signal] - dt.timedelta(days=COOL_DOWN_DAYS)
        for number, one in self.alerts.items():
            is_about_it = self.own[number] == signal or (signal, number) in self.told_by
            same_kind, together = one.kind == ALERT_OF[found.kind], one.found_with == found.found_with
            is_decided = one.is_declined and (together if not same_kind else found.kind != "trigger")
            if self.own[number] == signal or (is_about_it and is_open(one)) or is_decided:
                return True
            is_same = same_kind or together or is_about_it
            if one.is_settled and is_same and one.released_at is not None and one.released_at > since:
                return True
        return False


def is_open(one: Warned | None) -> bool:
    """Whether it may still go out."""
    return one is not None and one.is_sent and not one.is_settled
