"""Figure: from the acceptance of one piece of evidence to its country's new standing score, by a real worker.

Beside it: the same stage called in this process, without broker and worker.
"""

import contextlib
import datetime as dt
import os
import subprocess
import time
from collections.abc import Iterator

from django.db import connection

from bench import demonstration
from bench.figure import Figure, wall
from bench.servers import ROOT
from countries.models import Country
from indicators import assess, coding
from indicators.models import Evidence, Indicator, Standing
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from r2p_dashboard.celery import app
from r2p_dashboard.local.children import worker_command
from reports.models import Family, Passage

NAME = "one accepted piece of evidence to a new standing score"
WAIT_S = 30
START_S = 120  # seconds for a worker to come up on a machine that does much else


def measure(*, full: bool = False, times: int = 9) -> list[Figure]:
    """Loads the demonstration, starts a worker, accepts one by one; `full` changes nothing."""
    people = demonstration.load()
    with worker():
        return [accepted_one_by_one(people, times=times)]


def accepted_one_by_one(people: dict[Role, User], *, times: int, iso3: str = "MMR") -> Figure:
    """Needs a worker and a standing score of the country."""
    country = Country.objects.get(iso3=iso3)
    took = sorted(_seconds_to_new_score(country, people) for _ in range(times))
    direct = wall(lambda: _scored_here(country, people))
    return Figure(
        NAME, took[len(took) // 2], "s", "the score stage alone, in this process", direct, "≤ 1 s at rest",
        details={"slowest_s": took[-1], "fastest_s": took[0], "times": times},
    )  # fmt: skip


def _proposed(country: Country, people: dict[Role, User]) -> Evidence:
    passage = Passage.objects.filter(evidence__country=country).order_by("pk")[0]
    now, day = clock.now(), clock.installation_day()
    draft = coding.EvidenceDraft(
        indicator=Indicator.objects.order_by("pk")[0],
        country=country,
        family=Family.objects.order_by("pk")[0],
        severity=3,
        polarity=1,
        reliability="B",
        credibility=2,
        event_on=day - dt.timedelta(days=30),
        known_on=day,
        event_key=f"bench-{Evidence.objects.count()}",
    )
    return coding.propose(passage=passage, draft=draft, coder=people[Role.CODER], at=now, installation_day=day)


def _seconds_to_new_score(country: Country, people: dict[Role, User]) -> float:
    before = _standing(country)
    evidence = _proposed(country, people)
    began = time.perf_counter()
    coding.accept(evidence_id=evidence.pk, by=people[Role.REVIEWER], at=clock.now())
    pipeline.ring()
    while _standing(country) == before:
        if time.perf_counter() - began > WAIT_S:
            raise TimeoutError(f"no new standing score within {WAIT_S} s; is a worker running?")
        time.sleep(0.002)
    return time.perf_counter() - began


def _standing(country: Country) -> int:
    return Standing.objects.in_use().values_list("snapshot_id", flat=True).get(country=country)


def _scored_here(country: Country, people: dict[Role, User]) -> None:
    coding.accept(evidence_id=_proposed(country, people).pk, by=people[Role.REVIEWER], at=clock.now())
    assess.score_changed(at=clock.now(), day=clock.installation_day())


@contextlib.contextmanager
def worker() -> Iterator[None]:
    """The worker of `make run`, on our database; ended by its own number."""
    connection.close()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        worker_command(), cwd=ROOT, env=os.environ, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        end = time.monotonic() + START_S
        while not app.control.ping(timeout=0.3):
            if process.poll() is not None or time.monotonic() > end:
                raise TimeoutError("the worker did not answer")
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
