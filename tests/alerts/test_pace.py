"""How many mails a host gets a minute."""

import datetime as dt

from alerts.mailserver.pace import Pace, host_of
from tests.make import NOW

SECOND = dt.timedelta(seconds=1)


def test_what_is_over_the_limit_waits_until_the_oldest_is_a_minute_old() -> None:
    pace = Pace(most=2)
    pace.remember([("a.example", NOW), ("a.example", NOW + SECOND)])

    assert pace.turn("a.example", NOW + 2 * SECOND) == NOW + 60 * SECOND
    assert pace.turn("b.example", NOW + 2 * SECOND) is None
    assert pace.turn("a.example", NOW + 60 * SECOND) is None


def test_a_clock_that_was_set_back_makes_nobody_wait() -> None:
    pace = Pace(most=1)
    pace.note("a.example", NOW)

    assert pace.turn("a.example", NOW - 3600 * SECOND) is None


def test_no_limit_counts_nothing() -> None:
    pace = Pace(most=0)
    pace.note("a.example", NOW)

    assert pace.turn("a.example", NOW) is None
    assert host_of("Somebody@A.Example") == "a.example"
