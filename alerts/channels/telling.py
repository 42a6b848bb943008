"""What a post to a webhook says: one alert as JSON, with no more in it than everybody may see."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.urls import reverse

from alerts import links
from alerts.channels.names import host
from alerts.channels.reasons import public_evidence, said, seen_reasons
from alerts.models import Alert, Delivery
from indicators.models.score import Level
from people.english import in_english

NOTE = "The level is an index of reported evidence: not a probability, not a finding of law."
RELATED = ("alert__country", "alert__situation", "alert__snapshot__method")
TYPES = {Alert.Kind.CORRECTION: "alert.corrected", Alert.Kind.WITHDRAWAL: "alert.withdrawn"}
Kind = Alert.Kind


def post_id(delivery: Delivery) -> str:
    """The post's name, the same on every try."""
    return delivery.message_id or f"post-{delivery.pk}.{host()}"


def body_of(delivery: Delivery, *, at: dt.datetime) -> bytes:
    """Made anew for each try, since evidence may have been hidden since the last; needs RELATED."""
    alert = delivery.alert
    kind = TYPES.get(Kind(alert.kind), "alert.released")
    return _bytes({"id": post_id(delivery), "type": kind, "sent_at": _instant(at), "alert": _alert(alert)})


def test_body(number: int, *, at: dt.datetime) -> bytes:
    """What an owner sends to see whether posts arrive: no alert is in it."""
    name = f"test-{number}-{int(at.timestamp())}.{host()}"
    return _bytes({"id": name, "type": "test", "sent_at": _instant(at), "alert": None})


def _alert(alert: Alert) -> dict[str, Any]:
    public = public_evidence([alert])
    rows = sorted(seen_reasons(alert, public), key=lambda row: row.order)
    return {
        "number": alert.pk,
        "url": links.absolute(alert.get_absolute_url()),
        "cap_url": links.absolute(reverse("alert_cap", args=[alert.pk])),
        "kind": alert.kind,
        "is_demonstration": settings.INSTALLATION_DAY is not None,
        "country": {"iso3": alert.country.iso3, "name": alert.country.name_en},
        "situation": {"name": alert.situation.name, "url": links.absolute(alert.situation.get_absolute_url())},
        "level": in_english(Level(alert.level).label),
        "previous_level": in_english(Level(alert.previous_level).label),
        "confidence": alert.confidence,
        **{name: getattr(alert, name) for name in _WORDS},
        "reasons": [said(row, public) for row in rows],
        "reasons_not_public": len(alert.reasons.all()) - len(rows),
        "factors": alert.factors,
        "released_at": _instant(alert.released_at) if alert.released_at else None,
        "valid_until": alert.valid_until.isoformat(),
        "corrects": alert.corrects_id,
        "supersedes": alert.supersedes_id,
        "method": str(alert.snapshot.method),
        "note": NOTE,
    }


_WORDS = ("headline", "what_changed", "how_sure", "not_known", "who_is_at_risk", "can_be_done")


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def _bytes(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()
