"""One alert as a message of the Common Alerting Protocol, version 1.2: never rewritten once it was released.

A message that corrects, supersedes or withdraws another names it in `references`. What an alert's reasons rest on may
be hidden or retracted later, so they are left to the alert's page, which says so.
"""

import datetime as dt
from collections.abc import Sequence
from xml.etree import ElementTree

from django.conf import settings
from django.utils import translation

from alerts import family, links
from alerts.channels.names import cleaned, host
from alerts.models import Alert
from indicators.models.score import Level
from people.english import WRITTEN_IN, in_english

MEDIA_TYPE = "application/cap+xml; charset=utf-8"
NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
HEADLINE_MAX = 160  # characters, as the standard suggests
# The level says how much evidence there is of how grave a risk; the words of CAP that come nearest.
SEVERITY = {Level.ELEVATED: "Moderate", Level.HIGH: "Severe", Level.SEVERE: "Extreme"}
URGENCY = {Level.ELEVATED: "Future", Level.HIGH: "Future", Level.SEVERE: "Immediate"}
RESPONSE = {Level.ELEVATED: "Monitor", Level.HIGH: "Prepare", Level.SEVERE: "Prepare"}
CERTAINTY = "Unknown"  # CAP's other words are probabilities, and an index is none: docs/decisions
NOTE = "The level is an index of reported evidence: not a probability, not a finding of law."

Kind = Alert.Kind
RELATED = ("country", "situation", "snapshot__method", "corrects__country")  # what a message says


@translation.override(WRITTEN_IN)
def message_of(alert: Alert) -> tuple[bytes, dt.datetime]:
    """The latest message about an alert, and since when it is that; needs `corrects` and RELATED.

    Itself, or what cancels it, which holds for its corrections too; where a correction undid that, the last of those.
    """
    assert alert.released_at is not None  # no other has one
    first = alert.corrects or alert
    if first.withdrawn_at is None or alert.kind == Kind.WITHDRAWAL:
        return _written(alert), alert.released_at
    since = list(family.later(alert).select_related(*RELATED))
    if any(one.kind == Kind.WITHDRAWAL for one in since):
        last = since[-1]
        assert last.released_at is not None  # it went out
        return _written(last), last.released_at
    return (_cancelled(alert), first.withdrawn_at) if alert is first else (_written(alert), alert.released_at)


def _written(alert: Alert) -> bytes:
    assert alert.released_at is not None
    root = _head(alert, identifier_of(alert), alert.released_at, _type_of(alert), family.earlier(alert))
    if alert.kind == Kind.WITHDRAWAL:
        _info_of_cancel(root, alert)
    else:
        _info(root, alert)
    return _bytes(root)


def _cancelled(alert: Alert) -> bytes:
    """Withdrawn, with no alert of its own that says so."""
    assert alert.withdrawn_at is not None
    root = _head(alert, f"{identifier_of(alert)}.cancel", alert.withdrawn_at, "Cancel", [alert])
    _info_of_cancel(root, alert)
    return _bytes(root)


def identifier_of(alert: Alert) -> str:
    """The message's name, for ever: no space, comma, < or & in it."""
    return f"{host()}.alert.{alert.pk}"


def _type_of(alert: Alert) -> str:
    if alert.kind == Kind.WITHDRAWAL:
        return "Cancel"
    return "Update" if alert.corrects_id or alert.supersedes_id else "Alert"


def _status(alert: Alert) -> str:
    """Nobody must take a demonstration, or a release for practice, for a warning."""
    if settings.INSTALLATION_DAY is not None:
        return "Test"
    return "Exercise" if alert.is_dry_run else "Actual"


def _head(
    alert: Alert, identifier: str, sent: dt.datetime, kind: str, referred: Sequence[Alert]
) -> ElementTree.Element:
    root = ElementTree.Element("alert", {"xmlns": NAMESPACE})
    given = {"identifier": identifier, "sender": host(), "sent": _instant(sent), "status": _status(alert)}
    given |= {"msgType": kind, "scope": "Public", "note": NOTE}
    named = [f"{host()},{identifier_of(one)},{_instant(one.released_at)}" for one in referred if one.released_at]
    if named:
        given["references"] = " ".join(named)
    _add(root, **given, incidents=alert.situation.slug)
    return root


def _info(root: ElementTree.Element, alert: Alert) -> None:
    level = Level(alert.level)
    info = _started(root, alert, RESPONSE[level], URGENCY[level], SEVERITY[level])
    ends = dt.datetime.combine(alert.valid_until + dt.timedelta(days=1), dt.time(), dt.UTC)
    _add(info, effective=_instant(alert.released_at or alert.raised_at), expires=_instant(ends))
    risk = f"At risk: {alert.who_is_at_risk}" if alert.who_is_at_risk else ""
    parts = (alert.what_changed, alert.how_sure, f"Not known: {alert.not_known}", risk)
    _end(info, alert, _headline(alert), "\n\n".join(part for part in parts if part), alert.can_be_done)


def _info_of_cancel(root: ElementTree.Element, alert: Alert) -> None:
    info = _started(root, alert, "Monitor", "Unknown", "Unknown")
    was = alert.corrects or alert
    text = f"Alert {was.pk} was withdrawn. That is no all-clear: what holds now stands on the country's page."
    said = alert.what_changed if alert.kind == Kind.WITHDRAWAL else ""
    _end(info, alert, f"Withdrawn: {_headline(was)}", f"{text}\n\n{said}".strip(), "")


def _started(
    root: ElementTree.Element, alert: Alert, response: str, urgency: str, severity: str
) -> ElementTree.Element:
    info = ElementTree.SubElement(root, "info")
    _add(info, language="en", category="Security", event=f"Atrocity risk: {in_english(alert.get_kind_display)}")
    _add(info, responseType=response, urgency=urgency, severity=severity, certainty=CERTAINTY)
    return info


def _end(info: ElementTree.Element, alert: Alert, headline: str, description: str, instruction: str) -> None:
    page = links.absolute(alert.get_absolute_url())
    _add(info, senderName=settings.INSTALLATION_NAME, headline=headline[:HEADLINE_MAX], description=description)
    if instruction:
        _add(info, instruction=instruction)
    _add(info, web=page)
    pairs = {
        "level": in_english(Level(alert.level).label),
        "previous-level": in_english(Level(alert.previous_level).label),
    }
    for name, value in (pairs | {"confidence": alert.confidence, "method": str(alert.snapshot.method)}).items():
        _add(ElementTree.SubElement(info, "parameter"), valueName=name, value=value)
    area = ElementTree.SubElement(info, "area")
    _add(area, areaDesc=alert.country.name_en)
    for name, value in (("ISO3166-1-alpha-3", alert.country.iso3), ("ISO3166-1-alpha-2", alert.country.iso2)):
        _add(ElementTree.SubElement(area, "geocode"), valueName=name, value=value)


def _headline(alert: Alert) -> str:
    return f"{in_english(Level(alert.level).label)}: {alert.country.name_en}: {alert.headline}"


def _add(to: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        ElementTree.SubElement(to, name).text = cleaned(text)


def _instant(at: dt.datetime) -> str:
    """With no fraction of a second; UTC is written as the standard wants it (3.2.1, sent): not `Z`, not `+00:00`."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def _bytes(root: ElementTree.Element) -> bytes:
    found: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return found
