"""How many mails a host gets a minute: pure. What is over it waits for its turn, and no try is counted."""

import dataclasses
import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable

WINDOW = dt.timedelta(minutes=1)


def host_of(address: str) -> str:
    """The host that an address is at, in small letters."""
    return address.rpartition("@")[2].lower()


@dataclasses.dataclass(slots=True)
class Pace:
    """The mails of the last minute by host. `most` a minute; 0: as many as there are."""

    most: int
    sent: dict[str, deque[dt.datetime]] = dataclasses.field(default_factory=lambda: defaultdict(deque))

    def remember(self, sent: Iterable[tuple[str, dt.datetime]]) -> None:
        """What went before this began: (host, instant) of each mail, oldest first."""
        for host, at in sent:
            self.note(host, at)

    def note(self, host: str, at: dt.datetime) -> None:
        """One more to this host."""
        if self.most:
            self.sent[host].append(at)

    def turn(self, host: str, at: dt.datetime) -> dt.datetime | None:
        """When the host may get another; None: now. A clock that was set back makes nobody wait over a minute."""
        times = self.sent[host]
        while times and not at - WINDOW < times[0] <= at:
            times.popleft()
        return times[0] + WINDOW if self.most and len(times) >= self.most else None
