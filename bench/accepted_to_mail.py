"""Figure: from the acceptance of a report's evidence to the mail server's answer, through a real worker.

Beside it: the same stages called in this process, without broker and worker.
"""

import contextlib
import datetime as dt
import os
import time
from collections.abc import Iterator

from django.conf import settings
from django.test import override_settings

from alerts import comparing
from alerts.models import Delivery
from alerts.outbox import delivery
from alerts.raising import raising
from alerts.subscriptions import matching, subscribing
from bench import demonstration, mails
from bench.evidence_to_score import worker
from bench.figure import Figure
from countries.models import Country
from indicators import assess, coding
from indicators.models import Evidence, Indicator
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from reports.models import Family, Passage

NAME = "a report's evidence accepted to its alert's mail taken by the mail server"
WAIT_S = 60
INDICATORS = ("1.1", "2.1", "2.3", "3.2", "4.1", "5.1", "6.2", "7.8", "8.5")  # together ELEVATED: released by the rule


def measure(*, full: bool = False, times: int = 20) -> list[Figure]:
    """Loads the demonstration and one rule, starts a mail server and a worker; `full` changes nothing."""
    people = demonstration.load("*ghana*")
    subscribing.subscribe(
        person=people[Role.FOCAL_POINT], wanted=subscribing.Wanted(is_everywhere=True), by=None, at=clock.now()
    )
    countries = list(Country.objects.exclude(standings__snapshot__assessed=True).order_by("iso3")[: times + 1])
    with mails.mailbox() as server, mails_to(f"smtp://{server.host}:{server.port}"):
        with override_settings(MAIL_SERVER=server):
            direct = _seconds(countries.pop(), people, warn=_warn_here)
        with worker():
            took = sorted(_seconds(country, people, warn=pipeline.ring_scores) for country in countries)
    return [
        Figure(
            NAME, took[int(0.95 * (len(took) - 1))], "s (p95)", "the stages alone, in this process", direct, "≤ 5 s",
            details={"median_s": took[len(took) // 2], "slowest_s": took[-1], "times": len(took)},
        )
    ]  # fmt: skip


@contextlib.contextmanager
def mails_to(url: str) -> Iterator[None]:
    """Of the worker that is started inside: it reads the environment."""
    before = os.environ.get("MAIL_URL")
    os.environ["MAIL_URL"] = url
    try:
        yield
    finally:
        if before is None:
            del os.environ["MAIL_URL"]
        else:
            os.environ["MAIL_URL"] = before


def _seconds(country: Country, people: dict[Role, User], *, warn: object) -> float:
    rows = [_proposed(country, code, people) for code in INDICATORS]
    began = time.perf_counter()
    coding.accept_all(evidence=Evidence.objects.filter(pk__in=rows), by=people[Role.REVIEWER], at=clock.now())
    assert callable(warn)
    warn()
    mine = Delivery.objects.filter(alert__country=country, state=Delivery.State.SENT)
    while not mine.exists():
        if time.perf_counter() - began > WAIT_S:
            raise TimeoutError(f"no mail about {country.iso3} within {WAIT_S} s")
        time.sleep(0.005)
    return time.perf_counter() - began


def _warn_here() -> None:
    assess.score_changed(at=clock.now(), day=clock.installation_day())
    comparing.compare_waiting(at=clock.now())
    raising.raise_waiting(at=clock.now())
    matching.match_waiting(at=clock.now())
    delivery.send_waiting(now=clock.now)


def _proposed(country: Country, code: str, people: dict[Role, User]) -> int:
    day = settings.INSTALLATION_DAY or clock.installation_day()
    draft = coding.EvidenceDraft(
        indicator=Indicator.objects.in_use().get(code=code), country=country, family=Family.objects.earliest("pk"),
        severity=4, polarity=1, reliability="B", credibility=2, event_on=day - dt.timedelta(days=9), known_on=day,
        event_key=f"bench-{country.iso3.lower()}-{code.replace('.', '-')}",
    )  # fmt: skip
    passage = Passage.objects.earliest("pk")
    return coding.propose(
        passage=passage, draft=draft, coder=people[Role.CODER], at=clock.now(), installation_day=day
    ).pk
