"""Atom feeds of released alerts (RFC 4287, pages by RFC 5005): only what is public when they are asked for."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed

from alerts import family, links
from alerts.channels.names import cleaned, host
from alerts.channels.reasons import Known, public_evidence, said, seen_reasons
from alerts.models import Alert, AlertQuerySet, AlertReason
from indicators.models.score import Level
from people.english import WRITTEN_IN, in_english
from people.permissions import Sensitivity

ENTRIES = 30  # a page
PAGES_MAX = 1000  # further back nobody pages: the archive is for people
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NOTHING_YET = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # `updated` of a feed without entries: it must have one


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """What a feed is about. `name` ends its id, for ever; `path` is where it stands, `page` its pages where it is."""

    name: str
    title: str
    path: str
    page: str
    number: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Since:
    """What went out after an alert about the same one, and the warnings of a higher level that took its place."""

    letters: list[Alert]
    above: list[Alert]


class AlertsFeed(Atom1Feed):
    """Atom with a plain summary, the whole alert as HTML, links to its pages and to each alert as CAP."""

    content_type = MEDIA_TYPE

    def latest_post_date(self) -> dt.datetime:
        """When anything in it last changed; Django's own would be now where there are no entries."""
        return max((item["updateddate"] for item in self.items), default=NOTHING_YET)

    def add_root_elements(self, handler: Any) -> None:
        """Django's elements, and where the other pages are."""
        super().add_root_elements(handler)
        for rel, href in self.feed["pages"]:
            handler.addQuickElement("link", "", {"rel": rel, "href": href})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Django's elements, with summary and content told apart."""
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("link", "", {"rel": "alternate", "type": "application/cap+xml", "href": item["cap"]})
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        handler.addQuickElement("content", item["content"], {"type": "html"})


def public_alerts() -> AlertQuerySet:
    """Released ones that everybody may read, latest first; none for practice."""
    return Alert.objects.released().filter(is_dry_run=False, sensitivity=Sensitivity.PUBLIC)


@translation.override(WRITTEN_IN)
def feed_of(rows: AlertQuerySet, about: About) -> AlertsFeed:
    """One page of the feed of these alerts."""
    first = (about.number - 1) * ENTRIES
    found = list(_with_all(rows)[first : first + ENTRIES + 1])
    entries = found[:ENTRIES]
    feed = AlertsFeed(
        title=f"{settings.INSTALLATION_NAME}: {about.title}",
        link=links.absolute(about.page),
        description="Warnings of a risen level of reported evidence, released by rule or by a publisher.",
        language="en",
        author_name=cleaned(settings.INSTALLATION_NAME),
        feed_url=_page_url(about, about.number),
        feed_guid=f"tag:{host()},2026:{about.name}",
        pages=_pages(about, has_more=len(found) > ENTRIES),
    )
    public, since, above = public_evidence(entries), family.after(entries, among=public_alerts()), _above(entries)
    for alert in entries:
        _add(feed, alert, public, Since(since[alert.pk], above.get(alert.corrects_id or alert.pk, [])))
    return feed


def _pages(about: About, *, has_more: bool) -> list[tuple[str, str]]:
    found = [("first", _page_url(about, 1))] if about.number > 1 or has_more else []
    found += [("previous", _page_url(about, about.number - 1))] if about.number > 1 else []
    return found + ([("next", _page_url(about, about.number + 1))] if has_more else [])


def _page_url(about: About, number: int) -> str:
    return links.absolute(about.path if number == 1 else f"{about.path}?page={number}")


def _with_all(rows: AlertQuerySet) -> AlertQuerySet:
    reasons = Prefetch("reasons", AlertReason.objects.order_by("order"))
    return rows.select_related("country", "snapshot__method").prefetch_related(reasons)


def _above(entries: list[Alert]) -> dict[int | None, list[Alert]]:
    """What took the place of alerts, by their numbers. One query."""
    found: dict[int | None, list[Alert]] = {}
    roots = {alert.corrects_id or alert.pk for alert in entries}
    for one in public_alerts().filter(supersedes__in=roots, withdrawn_at=None).order_by("released_at", "pk"):
        found.setdefault(one.supersedes_id, []).append(one)
    return found


def _add(feed: AlertsFeed, alert: Alert, public: Known, since: Since) -> None:
    reasons = seen_reasons(alert, public)
    assert alert.released_at is not None  # the feed asks for released ones
    context = {
        "alert": alert,
        "level": Level(alert.level),
        "previous": Level(alert.previous_level),
        "reasons": [said(row, public) for row in reasons],
        "left_out": len(alert.reasons.all()) - len(reasons),
        "country_url": links.absolute(alert.country.get_absolute_url()),
        "later": _later(since),
        "withdrawn_at": family.withdrawn_at(alert, since.letters),
    }
    feed.add_item(
        title=cleaned(_title(alert, since)),
        link=links.absolute(alert.get_absolute_url()),
        description=cleaned(f"{alert.what_changed} {alert.how_sure} Valid until {alert.valid_until}."),
        unique_id=f"tag:{host()},{alert.raised_at:%Y-%m-%d}:alert-{alert.pk}",
        pubdate=alert.released_at,
        updateddate=_changed(alert, since, [public[row.evidence_id] for row in reasons if row.evidence_id is not None]),
        categories=(in_english(Level(alert.level).label), alert.country.iso3),
        content=cleaned(render_to_string("alerts/alert_feed_entry.html", context)),
        cap=links.absolute(reverse("alert_cap", args=[alert.pk])),
    )


def _title(alert: Alert, since: Since) -> str:
    """What became of it, or that it takes back or corrects another, comes first."""
    told = f"{in_english(alert.get_kind_display).capitalize()}: " if alert.corrects_id else ""
    is_withdrawn = family.withdrawn_at(alert, since.letters) is not None
    state = "Withdrawn: " if is_withdrawn else "Superseded: " if since.above else ""
    return f"{state or told}{in_english(Level(alert.level).label)}: {alert.country.name_en}: {alert.headline}"


def _later(since: Since) -> list[dict[str, object]]:
    """The alerts that correct, withdraw or take the place of this one."""
    named = [(one, in_english(one.get_kind_display).capitalize()) for one in since.letters]
    named += [(one, "Superseded by a higher level") for one in since.above]
    return [{"words": words, "number": one.pk, "url": links.absolute(one.get_absolute_url())} for one, words in named]


def _changed(alert: Alert, since: Since, retracted: Iterable[dt.datetime | None]) -> dt.datetime:
    """When what stands here last changed: released, withdrawn, corrected, superseded, a reason's evidence retracted."""
    later = [one.released_at for one in (*since.letters, *since.above)]
    return max(at for at in (alert.released_at, alert.withdrawn_at, *later, *retracted) if at is not None)
