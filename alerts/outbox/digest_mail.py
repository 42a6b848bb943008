"""The mail of a digest: what is new, what changed, what still stands, what was taken back, and where it was quiet."""

import dataclasses
import datetime as dt
import json
from collections.abc import Collection
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import family, links
from alerts.messages import describe, frame, language_of, message_id, sender
from alerts.messages.headers import address, domain, refuse_breaks
from alerts.messages.languages import country_name, kind_word, level_word
from alerts.messages.mail import composed
from alerts.models import Alert, AlertQuerySet, Delivery, Duty, Subscription
from alerts.outbox import digests
from countries.models import Country
from indicators.models.score import Level
from people.models import User
from people.permissions import clearance_of

STANDING_MAX = 12  # lines of what still stands: the others are counted and stand on the site
NAMES_MAX = 6  # of quiet countries
RULES_MAX = 2  # in why the reader gets it
State = Delivery.State
Since = dict[int, list[Alert]]  # by an alert's number what was said of it since


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One alert in a section; what was written stays as it was written, unless a correction says it anew."""

    country: str
    level: str
    kind: str
    headline: str
    url: str
    on: dt.date
    until: dt.date
    is_unanswered: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """The lines of one heading: the first ones, and how many more there are."""

    lines: tuple[Line, ...]
    more: int

    def __bool__(self) -> bool:
        return bool(self.lines)


@dataclasses.dataclass(frozen=True, slots=True)
class Digest:
    """All that one digest says, in the reader's language."""

    delivery: Delivery
    language: str
    context: dict[str, object]

    def fingerprint(self) -> str:
        """Of all that it says but the stamps in its signed links; keyed."""
        own = {"manage_url", "unsubscribe_url", "pause_url"}
        said = [str(value) for name, value in sorted(self.context.items()) if name not in own]
        said += [self.delivery.person.name, self.delivery.person.email]
        return salted_hmac("alerts.outbox.digest_mail", json.dumps(said), algorithm="sha256").hexdigest()

    def mail(self) -> EmailMessage:
        """Raises MessageError."""
        with translation.override(self.language):
            text = frame.text("emails/digest.txt", self.context)
            page = render_to_string("emails/digest.html", self.context)
        return composed(_heads(self), text, page, name=f"digest-{self.delivery.pk}")


def digest_of(delivery: Delivery, *, at: dt.datetime) -> Digest:
    """What the digest that a delivery carries says now."""
    person, language = delivery.person, language_of(delivery.person)
    news = [row.alert for row in digests.carried(delivery)]
    before = _got(person, at=at)
    known = {(alert.country_id, alert.situation_id) for alert in before}
    changed = [one for one in news if one.supersedes_id or (one.country_id, one.situation_id) in known]
    gone = _taken_back(person)
    since = family.after([*news, *before, *gone])
    with translation.override(language):
        sections = {
            "new": _section([one for one in news if one not in changed], since),
            "changed": _section(changed, since),
            "standing": _section(_standing(before, news), since, _unanswered(person), most=STANDING_MAX),
            "taken_back": _section(gone, since),
            "quiet": _quiet(person, at=at),
        }
        subject = _subject(news)
        context = {
            **frame.shell(subject=subject, language=language, level=_highest(news)),
            **sections,
            "count": len(news),
            "alerts_url": links.absolute(reverse("alerts")),
            "why_you": _why(delivery),
            "manage_url": links.manage_url(person),
            "unsubscribe_url": links.unsubscribe_url(person),
            "pause_url": links.pause_url(person),
        }
    return Digest(delivery, language, context)


def _heads(digest: Digest) -> dict[str, object]:
    delivery, place = digest.delivery, f"delivery {digest.delivery.pk}"
    head: dict[str, object] = {
        "Subject": digest.context["subject"],
        "From": address(settings.INSTALLATION_NAME, sender(), f"{place}: From"),
        "To": address(delivery.person.name, delivery.person.email, f"{place}: To"),
        "Date": format_datetime(delivery.written_at or delivery.made_at),
        "Message-ID": message_id(delivery),
        "List-Id": f"<alerts.{domain()}>",
        "List-Unsubscribe": f"<{digest.context['unsubscribe_url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Content-Language": ", ".join(dict.fromkeys([digest.language, "en"])),
        "MIME-Version": "1.0",
    }
    refuse_breaks(head, place)
    return head


def _subject(news: list[Alert]) -> str:
    """Such as `[HIGH] 3 warnings: Chad, Sudan`."""
    names = list(dict.fromkeys(country_name(one.country) for one in news))
    said = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
    words = ngettext(
        "[%(level)s] %(count)s warning: %(countries)s", "[%(level)s] %(count)s warnings: %(countries)s", len(news)
    )
    return words % {"level": level_word(_highest(news)), "count": len(news), "countries": said}


def _highest(news: list[Alert]) -> Level:
    return Level(max(one.level for one in news))


def _section(
    alerts: list[Alert], since: Since, unanswered: Collection[int] = (), *, most: int | None = None
) -> Section:
    """All of them, or the first `most`: what is told nowhere else is always named."""
    shown = tuple(_line(one, _words(one, since), is_unanswered=one.pk in unanswered) for one in alerts[:most])
    return Section(shown, len(alerts) - len(shown))


def _words(alert: Alert, since: Since) -> Alert:
    """Whose words stand: those of its last correction, else its own."""
    return next((one for one in reversed(since[alert.pk]) if one.kind == Alert.Kind.CORRECTION), alert)


def _line(alert: Alert, words: Alert, *, is_unanswered: bool) -> Line:
    return Line(
        country=country_name(alert.country),
        level=level_word(Level(alert.level)),
        kind=kind_word(words.kind),
        headline=words.headline,
        url=links.absolute(alert.get_absolute_url()),
        on=(alert.released_at or alert.raised_at).date(),
        until=words.valid_until,
        is_unanswered=is_unanswered,
    )


def _got(person: User, *, at: dt.datetime) -> list[Alert]:
    """What reached the person and still stands, the highest level first."""
    over = Alert.objects.released().filter(supersedes=OuterRef("pk"), withdrawn_at=None)  # a draft takes no place yet
    rows = _standing_for(person, at=at).filter(deliveries__person=person, deliveries__state=State.SENT)
    return list(rows.exclude(Exists(over)).order_by("-level", "-released_at", "-pk").distinct())


def _standing_for(person: User, *, at: dt.datetime) -> AlertQuerySet:
    """Warnings that stand and that the person may see, whether or not they were told."""
    return _readable(person).filter(corrects=None, withdrawn_at=None, valid_until__gte=at.date())


def _readable(person: User) -> AlertQuerySet:
    return Alert.objects.released().filter(sensitivity__lte=clearance_of(person)).select_related("country")


def _standing(before: list[Alert], news: list[Alert]) -> list[Alert]:
    over = {one.supersedes_id for one in news}
    return [one for one in before if one.pk not in over]


def _unanswered(person: User) -> set[int]:
    """Alerts that an office of the person's has not answered."""
    mine = Duty.objects.filter(closed_at=None, office__members__person=person, office__members__until=None)
    return set(mine.values_list("alert", flat=True))


def _last_written(person: User) -> dt.datetime | None:
    """When the last digest that was sent was written: what came after that is not in it."""
    sent = Delivery.objects.filter(person=person, purpose=Delivery.Purpose.DIGEST, state=State.SENT)
    written = sent.filter(written_at__isnull=False).order_by("-finished_at", "-written_at")
    return written.values_list("written_at", flat=True).first()


def _taken_back(person: User) -> list[Alert]:
    """Withdrawn since the last digest was written: what reached the person, and what waited to."""
    since = _last_written(person)
    asked = Q(purpose=Delivery.Purpose.DIGEST) | (Q(state=State.SENT) if since else Q())
    mine = Delivery.objects.filter(asked, person=person).values("alert")
    rows = _readable(person).filter(pk__in=mine, withdrawn_at__isnull=False)
    return list((rows.filter(withdrawn_at__gte=since) if since else rows).order_by("-withdrawn_at", "-pk"))


def _quiet(person: User, *, at: dt.datetime) -> str:
    """The countries that the person's rules name and about which no warning stands; empty where there are none."""
    loud = _standing_for(person, at=at).order_by().values("country")
    asked = Country.objects.filter(subscriptions__in=Subscription.objects.active().filter(person=person))
    names = [country_name(one) for one in asked.exclude(pk__in=loud).distinct().order_by("name_sort")]
    if not names:
        return ""
    said = ", ".join(names[:NAMES_MAX])
    left = len(names) - NAMES_MAX
    return said if left <= 0 else _("%(names)s and %(count)s others") % {"names": said, "count": left}


def _why(delivery: Delivery) -> str:
    rules = {row.subscription_id: row.subscription for row in digests.carried(delivery) if row.subscription is not None}
    said = "; ".join(describe(rule) for rule in list(rules.values())[:RULES_MAX])
    return _("You asked for %(rule)s.") % {"rule": said or _("alerts")}
