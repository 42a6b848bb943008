"""A seeded, made-up data set in the database: evidence on every country, written by COPY. It speaks of nobody."""

import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db import connection

from countries.models import Country
from indicators.models import Evidence, Framework
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from reports.models import Family, Passage, Report, Source

FAMILIES, SEED = 60, 7
_EVIDENCE = (
    "passage_id", "indicator_id", "country_id", "family_id", "severity", "polarity", "reliability", "credibility",
    "event_key", "event_on", "known_at", "recorded_at", "backloaded", "admin1", "dating", "actor", "claim",
    "\"group\"", "note",
    "sensitivity", "coder_id", "status", "decided_by_id", "decided_at", "decision_reason", "retraction_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """Events are .4 of the rows, spread over the months before the installation's day."""

    rows: int
    months: int
    reports: int


def fill(size: Size) -> None:
    """Needs the reference data and no evidence."""
    now = clock.now()
    families = Family.objects.bulk_create(Family(slug=f"bench-{n}", name=f"Body {n}") for n in range(FAMILIES))
    source = Source.objects.create(slug="bench", name="Bench", family=families[0], reliability="B", licence="made up")
    reports = Report.objects.bulk_create(_report(n, source, now) for n in range(size.reports))
    passages = Passage.objects.bulk_create(
        Passage(report=report, order=order, start=order, end=order + 1, text="x")
        for report in reports
        for order in range(4)
    )
    coder, reviewer = (
        User.objects.create_user(f"{role.value}@bench.example", None, name=role.label, role=role)
        for role in (Role.CODER, Role.REVIEWER)
    )
    lines = io.StringIO("".join(_lines(size, passages, families, (coder.pk, reviewer.pk), now)))
    with connection.cursor() as cursor:
        columns = ", ".join(_EVIDENCE)
        cursor.copy_expert(f"COPY {Evidence._meta.db_table} ({columns}) FROM STDIN", lines)
        cursor.execute(f"ANALYZE {Evidence._meta.db_table}")


def _report(number: int, source: Source, at: dt.datetime) -> Report:
    return Report(
        source=source, kind=Report.Kind.DOCUMENT, reader="text", title=f"Made-up report {number}",
        published_on=dt.date(2000, 1, 1), media_type="text/plain", bytes=b"xxxx", text="xxxx",
        sha256=f"{number:064x}", received_at=at,
    )  # fmt: skip


def _lines(
    size: Size, passages: list[Passage], families: list[Family], people: tuple[int, int], at: dt.datetime
) -> Iterable[str]:
    """One line of COPY a row; rows of one event share country, indicator and polarity."""
    draw, events = np.random.default_rng(SEED), max(1, int(0.4 * size.rows))
    last = clock.installation_day().toordinal()
    span = int(size.months * 30.4375)
    event = np.concatenate([np.arange(events), draw.integers(0, events, size.rows - events)])
    started = draw.integers(last - span, last, events)[event]
    event_on = np.minimum(started + draw.geometric(0.02, size.rows) - 1, last)
    known_on = event_on + draw.geometric(0.05, size.rows)
    countries = np.array(Country.objects.order_by("iso3").values_list("pk", flat=True))
    catalogue = Framework.objects.latest("version").indicators.order_by("order")
    indicators = np.array(catalogue.values_list("pk", flat=True))
    of_event = {
        "country": countries[draw.integers(0, countries.size, events)],
        "indicator": indicators[draw.integers(0, indicators.size, events)],
        "polarity": np.where(draw.random(events) < 0.1, -1, 1),
    }
    columns = {name: values[event].tolist() for name, values in of_event.items()}
    severity, family = draw.integers(0, 5, size.rows), draw.integers(0, len(families), size.rows)
    letters = np.array(list("ABCDEF"))[draw.integers(0, 6, size.rows)].tolist()
    credibility = draw.integers(1, 7, size.rows).tolist()
    stamp = at.isoformat()
    rest = f"{stamp}\tf\t\t\tunknown\talleged\t\t\t0\t{people[0]}\taccepted\t{people[1]}\t{stamp}\t\t"
    for n in range(size.rows):
        # The passage goes round with the row: no two rows of one event can be the same claim.
        yield (
            f"{passages[n % len(passages)].pk}\t{columns['indicator'][n]}\t{columns['country'][n]}\t"
            f"{families[family[n]].pk}\t{severity[n]}\t{columns['polarity'][n]}\t{letters[n]}\t{credibility[n]}\t"
            f"e{event[n]}\t{dt.date.fromordinal(int(event_on[n]))}\t{dt.date.fromordinal(int(known_on[n]))} 00:00+00\t"
            f"{rest}\n"
        )
