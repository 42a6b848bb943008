"""The Atom feed of released alerts (RFC 4287): only what is public at the moment it is asked for."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from alerts import links
from alerts.models import Alert, AlertReason
from indicators.models import Evidence
from indicators.models.score import Level

ENTRIES = 30
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NOTHING_YET = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # `updated` of a feed without entries: it must have one
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Known = Mapping[int, dt.datetime | None]


class AlertsFeed(Atom1Feed):
    """Atom with a plain summary and the whole alert as HTML."""

    content_type = MEDIA_TYPE

    def latest_post_date(self) -> dt.datetime:
        """When anything in it last changed; Django's own would be now where there are no entries."""
        return max((item["updateddate"] for item in self.items), default=NOTHING_YET)

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Django's elements, with summary and content told apart."""
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        handler.addQuickElement("content", item["content"], {"type": "html"})


@require_safe
def alert_feed(request: HttpRequest) -> HttpResponseBase:
    """The latest alerts; 304 where the reader has them already."""
    feed = feed_of(_latest())
    body = feed.writeString("utf-8").encode()
    response = HttpResponse(body, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-cache"  # kept, but never shown without asking: evidence may be withdrawn
    etag, changed = quote_etag(hashlib.sha256(body).hexdigest()), feed.latest_post_date()
    response.headers["ETag"], response.headers["Last-Modified"] = etag, http_date(changed.timestamp())
    answer = get_conditional_response(request, etag, int(changed.timestamp()), response)
    return answer if answer is not None else response


def feed_of(alerts: Iterable[Alert]) -> AlertsFeed:
    """The feed of some released alerts, each with its `reasons`."""
    rows = list(alerts)
    feed = AlertsFeed(
        title=f"{settings.INSTALLATION_NAME}: alerts",
        link=links.absolute(reverse("alerts")),
        description="Warnings of a risen level of reported evidence, released by rule or by a publisher.",
        language="en",
        author_name=_clean(settings.INSTALLATION_NAME),
        feed_url=links.absolute(reverse("alert_feed")),
        feed_guid=f"tag:{_host()},2026:alerts",
    )
    public = _public(rows)
    for alert in rows:
        _add(feed, alert, public)
    return feed


def _latest() -> list[Alert]:
    reasons = Prefetch("reasons", AlertReason.objects.order_by("order"))
    rows = Alert.objects.released().select_related("country", "snapshot__method").prefetch_related(reasons)
    return list(rows[:ENTRIES])


def _public(alerts: list[Alert]) -> Known:
    """Evidence behind the alerts that everybody may see now, and when it was retracted."""
    seen = Evidence.objects.visible_to(AnonymousUser()).ever_accepted().filter(alert_reasons__alert__in=alerts)
    return dict(seen.values_list("pk", "retracted_at"))


def _add(feed: AlertsFeed, alert: Alert, public: Known) -> None:
    reasons = [row for row in alert.reasons.all() if row.evidence_id is None or row.evidence_id in public]
    retracted = [at for row in reasons if row.evidence_id is not None and (at := public[row.evidence_id])]
    assert alert.released_at is not None  # the feed asks for released ones
    context = {
        "alert": alert,
        "level": Level(alert.level),
        "previous": Level(alert.previous_level),
        "reasons": [_reason(row, public) for row in reasons],
        "left_out": len(alert.reasons.all()) - len(reasons),
        "country_url": links.absolute(alert.country.get_absolute_url()),
    }
    feed.add_item(
        title=_clean(f"{_mark(alert)}: {alert.country.name_en}: {alert.headline}"),
        link=links.absolute(alert.get_absolute_url()),
        description=_clean(f"{alert.what_changed} {alert.how_sure} Valid until {alert.valid_until}."),
        unique_id=f"tag:{_host()},{alert.raised_at:%Y-%m-%d}:alert-{alert.pk}",
        pubdate=alert.released_at,
        updateddate=max([alert.released_at, *retracted, *([alert.withdrawn_at] if alert.withdrawn_at else [])]),
        categories=(Level(alert.level).label, alert.country.iso3),
        content=_clean(render_to_string("alerts/alert_feed_entry.html", context)),
    )


def _mark(alert: Alert) -> str:
    """The level; of one that was withdrawn, or that takes back or corrects another, that first."""
    level = Level(alert.level).label
    if alert.withdrawn_at is not None:
        return f"Withdrawn: {level}"
    return f"{alert.get_kind_display().capitalize()}: {level}" if alert.corrects_id else level


def _reason(row: AlertReason, public: Known) -> dict[str, object]:
    url = links.absolute(reverse("evidence_detail", args=[row.evidence_id])) if row.evidence_id else ""
    is_retracted = row.evidence_id is not None and public[row.evidence_id] is not None
    return {"text": row.text, "grade": row.grade, "url": url, "is_retracted": is_retracted}


def _host() -> str:
    """The name in tags (RFC 4151), which has no port."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)
