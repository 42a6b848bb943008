"""Makers of what stands behind a mail: synthetic alerts, subscriptions and deliveries."""

import datetime as dt
import itertools
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from django.db import transaction
from django.utils.encoding import punycode

from alerts.models import Alert, Delivery, Signal, Situation, Subscription
from alerts.situations.situations import home_situation
from indicators.models import MethodVersion, ScoreRun, Snapshot
from people.models import User
from people.permissions import Role
from tests import make
from tests.make import NOW, TODAY

_numbers = itertools.count(1)


def snapshot(*, iso3: str = "MMR", level: int = 3) -> Snapshot:
    """Needs the fixture `reference`."""
    method, number = MethodVersion.objects.order_by("pk")[0], next(_numbers)
    days = {"as_of": TODAY, "known_on": TODAY}
    run = ScoreRun.objects.create(method=method, is_full=False, code_version="", started_at=NOW, **days)
    return Snapshot.objects.create(
        run=run, country=make.country(iso3), method=method, **days, input_digest=f"{number:064x}", assessed=True,
        overall=50, genocide=40, cah=50, war=30, profile="cah", level=level, shown_level=level, coverage=0.6,
        cannot_exclude=0, factors=[0.0] * 14, factor_coverage=[0.5] * 14, indicators=[], evidence_count=3,
    )  # fmt: skip


def situation(iso3: str = "MMR") -> Situation:
    """The one in which the country's alerts are threaded."""
    with transaction.atomic():
        return home_situation(country=make.country(iso3), at=NOW)


def alert(*, iso3: str = "MMR", state: str = "released", **fields: Any) -> Alert:
    """One that the rule released, unless `fields` say otherwise."""
    before, after = snapshot(iso3=iso3, level=2), snapshot(iso3=iso3, level=3)
    signal = Signal.objects.create(
        country=after.country, kind=Signal.Kind.LEVEL_UP, from_level=2, to_level=3, before=before, after=after,
        is_historic=False, found_at=NOW,
    )  # fmt: skip
    decided = {"decided_at": NOW, "decision_reason": "by rule", "released_at": NOW} if state == "released" else {}
    given = {
        "country": after.country, "snapshot": after, "situation": situation(iso3),
        "level": 3, "previous_level": 2, "confidence": "medium",
        "headline": "Synthetic headline", "what_changed": "Synthetic.", "how_sure": "Synthetic.",
        "not_known": "Synthetic.", "can_be_done": "Synthetic.", "raised_at": NOW,
        "valid_until": dt.date(2100, 1, 1), "state": state, **decided,
    }  # fmt: skip
    return Alert.objects.create(signal=signal, **(given | fields))


def subscription(person: User | None = None, **fields: Any) -> Subscription:
    person = person or make.person(Role.FOCAL_POINT)
    return Subscription.objects.create(
        **({"person": person, "is_everywhere": True, "created_at": NOW, "confirmed_at": NOW} | fields)
    )


def delivery(of: Alert | None = None, *, to: Subscription | None = None, **fields: Any) -> Delivery:
    """One that waits, due since it was made."""
    wanted = to or subscription()
    given = {"alert": of or alert(), "person": wanted.person, "subscription": wanted, "made_at": NOW}
    return Delivery.objects.create(**(given | {"next_try_at": NOW} | fields))


def deliveries(count: int) -> list[Delivery]:
    """Several of one alert."""
    warning = alert()
    return [delivery(warning) for _ in range(count)]


def kept(row: Delivery) -> EmailMessage:
    """The mail that the outbox keeps."""
    row.refresh_from_db()
    return message_from_bytes(bytes(row.message or b""), policy=default)


def mail_for(row: Delivery, **headers: str) -> EmailMessage:
    """A stand-in for `messages.mail_for`, where its words are not what is tested."""
    message = EmailMessage()
    user, _, domain = row.person.email.rpartition("@")
    given = {"Subject": f"Synthetic alert {row.alert_id}", "To": f"{user}@{punycode(domain)}"}
    given["Message-ID"] = f"<{row.pk}@r2p.example>"
    for name, value in (given | headers).items():
        message[name] = value
    message.set_content(".a line with a dot\nSão Tomé\n")
    message.add_alternative("<p>São Tomé</p>", subtype="html")
    return message


def asking(row: Delivery) -> Subscription:
    """The rule that asked for a delivery."""
    assert row.subscription is not None
    return row.subscription
