"""Figure: released alerts matched with people's rules, with the rows of the outbox written.

Beside it: the same pairs found by the same join and only counted.
"""

import random

from django.db import connection, transaction

from alerts.models import Alert, Delivery, Signal, Subscription
from alerts.situations.situations import home_situation
from alerts.subscriptions import matching
from bench import demonstration
from bench.figure import Figure, wall
from countries.models import Country
from indicators.models import Standing
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock

NAME = "matching 2,000 alerts with 1,000 rules, outbox rows written"
SEED = 11


def measure(*, full: bool = False, alerts: int = 2000, people: int = 1000) -> list[Figure]:
    """Loads the demonstration for a standing score; `full` changes nothing: this is the whole size."""
    demonstration.load("*ghana*")
    _subscribe(people)
    _release(alerts)
    count = _count()
    bare = wall(_count, times=3)
    took = wall(lambda: matching.match_waiting(at=clock.now()))
    written = Delivery.objects.count()
    if written != count:
        raise RuntimeError(f"{written} deliveries were written; wanted {count}")
    return [
        Figure(
            NAME, took, "s", "the join alone, counted", bare, "≤ 2 s",
            details={"alerts": alerts, "rules": people, "deliveries": written},
        )
    ]  # fmt: skip


def _subscribe(count: int) -> None:
    """Half of the rules name three countries, the others a region, as people's rules do; some ask for all."""
    draw, now = random.Random(SEED), clock.now()
    people = User.objects.bulk_create(
        User(email=f"rule-{n}@bench.example", name=f"Person {n}", password="!", role=Role.FOCAL_POINT)
        for n in range(count)
    )
    countries = list(Country.objects.all())
    rules = Subscription.objects.bulk_create(
        Subscription(
            person=person,
            is_everywhere=n % 50 == 0,
            regions=[] if n % 2 else [draw.choice(countries).subregion_code],
            least_level=draw.choice([3, 4, 5]),
            created_at=now,
            confirmed_at=now,
        )
        for n, person in enumerate(people)
    )
    chosen = Subscription.countries.through
    chosen.objects.bulk_create(
        chosen(subscription_id=rule.pk, country_id=country.pk)
        for n, rule in enumerate(rules)
        if n % 2
        for country in draw.sample(countries, 3)
    )


def _release(count: int) -> None:
    draw, now = random.Random(SEED), clock.now()
    standing = list(Standing.objects.in_use().select_related("snapshot", "country"))
    signals = Signal.objects.bulk_create(
        Signal(
            country_id=one.country_id, kind=Signal.Kind.LEVEL_UP, from_level=0, to_level=draw.choice([3, 4, 5]),
            before_id=None, after=one.snapshot, is_historic=False, found_at=now,
        )
        for one in draw.sample(standing, len(standing))
    )  # fmt: skip
    _more_signals(signals, count)
    with transaction.atomic():
        homes = {one.country_id: home_situation(country=one.country, at=now) for one in standing}
    publisher = User.objects.create_user("publisher@bench.example", None, name="Publisher", role=Role.PUBLISHER)
    Alert.objects.bulk_create(
        Alert(
            signal=signal, country_id=signal.country_id, situation=homes[signal.country_id],
            snapshot_id=signal.after_id, level=signal.to_level, previous_level=0,
            confidence=Alert.Confidence.LOW, headline="a measurement", what_changed="-", how_sure="-",
            not_known="-", can_be_done="-", raised_at=now, valid_until=now.date(), state=Alert.State.RELEASED,
            decided_by=publisher, decided_at=now, decision_reason="a measurement", released_at=now,
        )
        for signal in signals[:count]
    )  # fmt: skip


def _more_signals(signals: list[Signal], count: int) -> None:
    """A country has one signal per pair of snapshots, and a measurement has one snapshot: any other goes before it."""
    now, snapshots = clock.now(), [signal.after_id for signal in signals]
    while len(signals) < count:
        shift = len(signals) // len(snapshots)
        signals += Signal.objects.bulk_create(
            Signal(
                country_id=one.country_id, kind=one.kind, from_level=0, to_level=one.to_level,
                before_id=snapshots[(place + shift) % len(snapshots)], after_id=one.after_id, is_historic=False,
                found_at=now,
            )
            for place, one in enumerate(signals[: len(snapshots)])
        )  # fmt: skip


def _count() -> int:
    with transaction.atomic(), connection.cursor() as cursor, matching.joined_by_equality(cursor):
        pairs = f"SELECT count(*) FROM (SELECT DISTINCT alert.id, person.id {matching.MATCHES}) AS pairs"
        cursor.execute(pairs, {"alerts": list(Alert.objects.values_list("pk", flat=True))})
        return int(cursor.fetchone()[0])
