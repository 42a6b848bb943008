"""The mail of one delivery: text and HTML twins that say the same in at most 250 words."""

import dataclasses
import json
import re
from collections.abc import Mapping
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from alerts import links
from alerts.models import Alert, AlertReason, Delivery, Subscription
from countries.models import Country
from indicators.models import Evidence
from indicators.models.score import Level

WORDS_MAX = 250  # of a body, addresses not counted: read in half a minute to a minute
HEADLINE_WORDS = 8
NAMES_MAX = 3  # of countries and regions in a rule's words; the others are counted
NOT_PUBLIC = "Evidence that is not public"
RELATED = ("alert__country", "alert__snapshot__method", "person", "subscription")  # for select_related: saves queries
MARKS = {"why_you": "\ue001", "manage_url": "\ue002", "unsubscribe_url": "\ue003"}  # private use: in nobody's words

# The site's ramp (static/css/tokens.css, light): background and ink.
RAMP = {
    Level.ELEVATED: ("#e0964a", "#2a1702"),
    Level.HIGH: ("#ad4526", "#ffffff"),
    Level.SEVERE: ("#63122b", "#ffffff"),
}
# Old mail programs read nothing but style attributes. Text and ground are left to the program, so that light and dark
# both work; only what has both its ground and its ink named here has a colour of its own.
STYLES = {
    "body": "margin:0;padding:0;font:16px/1.5 Arial,Helvetica,sans-serif;-webkit-text-size-adjust:100%",
    "frame": "padding:12px",
    "page": "width:100%;max-width:600px;border-collapse:collapse",
    "bar": "padding:10px 14px;border:1px solid #7f8583;font:bold 18px/1.3 Arial,Helvetica,sans-serif",
    "title": "margin:16px 0 4px;font:bold 22px/1.25 Georgia,serif",
    "small": "margin:0 0 12px;font-size:14px",
    "head": "margin:20px 0 4px;font:bold 16px/1.3 Arial,Helvetica,sans-serif",
    "text": "margin:0 0 8px",
    "list": "margin:0;padding:0 0 0 22px",
    "item": "margin:0 0 8px;padding:0",
    "actions": "padding:16px 0 8px",
    "button": "padding:0;background-color:#0f5a6e",
    "act": "display:block;padding:11px 18px;color:#ffffff;font-weight:bold;text-decoration:none",
    "link": "display:inline-block;padding:8px 16px 8px 0;color:inherit;text-decoration:underline",
    "inline": "color:inherit;text-decoration:underline",
    "foot": "border-top:1px solid #7f8583;padding-top:12px;font-size:14px",
}
_ADDRESS = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")  # visible ASCII
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class MessageError(ValueError):
    """A mail that must not be made: of an alert that is not released, or with a name that would break a header."""


class OneLine(UnstructuredHeader, BaseHeader):
    """A header of identifiers or addresses: folding would encode them, and no reader would know them again."""

    def fold(self, *, policy: EmailPolicy) -> str:  # type: ignore[override]  # any policy of Python's own is one
        return f"{self.name}: {self}{policy.linesep}"


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"):
        registry.map_to_type(name, OneLine)
    return registry


POLICY: "EmailPolicy[EmailMessage]" = SMTP.clone(header_factory=_headers())


@dataclasses.dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason as the mail shows it; `url` and `grade` are empty where there is nothing to show."""

    text: str
    grade: str = ""
    url: str = ""
    is_retracted: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Texts:
    """Those parts of a mail whose length the alert decides."""

    headline: str
    what_changed: str
    how_sure: str
    not_known: str
    can_be_done: str
    reasons: tuple[ReasonLine, ...]

    def lengths(self) -> list[int]:
        """Words of each part; the headline has its own limit."""
        parts = (self.what_changed, self.how_sure, self.not_known, self.can_be_done)
        return [len(text.split()) for text in (*parts, *(reason.text for reason in self.reasons))]

    def cut(self, words: int) -> "Texts":
        """No part longer than so many words."""
        parts = {name: _cut(getattr(self, name), words) for name in ("what_changed", "how_sure", "not_known")}
        reasons = tuple(dataclasses.replace(reason, text=_cut(reason.text, words)) for reason in self.reasons)
        return dataclasses.replace(self, **parts, can_be_done=_cut(self.can_be_done, words), reasons=reasons)


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """What every mail of one alert shares, as it stands when this is made: for a batch, never for longer."""

    texts: Texts
    frame: dict[str, object]
    heads: dict[str, object]
    regions: dict[int, str]
    least_words: int  # of a body whose parts are cut to nothing, without why its reader got it
    drawn: dict[int, tuple[str, str]] = dataclasses.field(default_factory=dict)  # by how many words a part may have

    def bodies(self, own: dict[str, str]) -> tuple[str, str]:
        """The text and the HTML twin for one person: `own` is what stands in the places of MARKS."""
        words = _longest(self.texts, spare=WORDS_MAX - self.least_words - words_in(own["why_you"]))
        text, page = self._draw(words)
        for name, mark in MARKS.items():
            text, page = text.replace(mark, own[name]), page.replace(mark, escape(own[name]))
        return text, page

    def says(self) -> list[str]:
        """All its words, uncut, as they stand now."""
        return [*self._draw(max(self.texts.lengths())), *map(str, self.heads.values())]

    def _draw(self, words: int) -> tuple[str, str]:
        if words not in self.drawn:
            context = self.frame | {"texts": self.texts.cut(words)}
            self.drawn[words] = _text(context), render_to_string("emails/alert.html", context)
        return self.drawn[words]


def letter_for(alert: Alert) -> Letter:
    """Raises MessageError: of an alert that nobody released no mail is made."""
    if alert.state != Alert.State.RELEASED:
        raise MessageError(f"alert {alert.pk} is {alert.get_state_display()}; wanted a released one")
    return _letter(alert, _common_heads(alert))


def mail_for(delivery: Delivery, letter: Letter | None = None) -> EmailMessage:
    """The mail of a delivery, the same for every try but for the stamps in its signed links.

    `letter` is that of its alert, where it is made already. Raises MessageError.
    """
    letter = letter or letter_for(delivery.alert)
    own = _own_words(delivery, letter)
    message = EmailMessage(policy=POLICY)
    boundary = f"=_alert-{delivery.alert_id}-delivery-{delivery.pk}"
    message.make_alternative(boundary=boundary)  # empty yet: no header to move
    for name, value in (letter.heads | _own_heads(delivery, own["unsubscribe_url"])).items():
        message[name] = value
    for body, subtype in zip(letter.bodies(own), ("plain", "html"), strict=True):
        message.attach(_part(body, subtype))
    return message


def bodies(delivery: Delivery) -> tuple[str, str]:
    """The text and the HTML twin, also of an alert that waits for release."""
    letter = _letter(delivery.alert, heads={})
    return letter.bodies(_own_words(delivery, letter))


def fingerprint(delivery: Delivery, letter: Letter | None = None) -> str:
    """A digest of all that the mail says and that may change until it goes, but for the stamps in its signed links.

    It is keyed: where links were signed with a former key, it is another one.
    """
    letter, person = letter or letter_for(delivery.alert), delivery.person
    said = [*letter.says(), _own_words(delivery, letter)["why_you"], person.name, person.email]
    return salted_hmac("alerts.messages.fingerprint", json.dumps(said), algorithm="sha256").hexdigest()


def subject(alert: Alert) -> str:
    """Such as `[HIGH ↑] Sudan: reason in at most eight words (confidence: medium)`."""
    headline = _cut(alert.headline, HEADLINE_WORDS)
    return f"[{Level(alert.level).label} ↑] {alert.country.name_en}: {headline} (confidence: {alert.confidence})"


def message_id(delivery: Delivery) -> str:
    """The same for every try, so that a mail that arrives twice is known as one: what was given once stays.

    The second in which the delivery was made tells it from that of a sister installation with the same numbers.
    """
    if delivery.message_id:
        return delivery.message_id
    return f"<alert-{delivery.alert_id}.delivery-{delivery.pk}.{delivery.made_at:%Y%m%d%H%M%S}@{_domain()}>"


def sender() -> str:
    """The bare address that the mails are from, where MAIL_FROM also has a name."""
    return parseaddr(settings.MAIL_FROM)[1]


def describe(subscription: Subscription, *, regions: dict[int, str] | None = None) -> str:
    """The rule in words, such as `alerts about Sudan and Northern Africa from ELEVATED on`."""
    names = ["every country"]
    if not subscription.is_everywhere:
        known = regions if regions is not None else region_names() if subscription.regions else {}
        countries = sorted(subscription.countries.all(), key=lambda country: country.name_sort)
        names = [country.name_en for country in countries]
        names += sorted(known.get(code, f"region {code}") for code in subscription.regions)
    if len(names) > NAMES_MAX + 1:
        names = [*names[:NAMES_MAX], f"{len(names) - NAMES_MAX} others"]
    said = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"alerts about {said or 'no country'} from {Level(subscription.least_level).label} on"


def region_names() -> dict[int, str]:
    """M49 code to name, of regions and sub-regions that have a country."""
    rows = Country.objects.values_list("region_code", "region", "subregion_code", "subregion").distinct()
    return {code: name for row in rows for code, name in (row[:2], row[2:])}


def words_in(text: str) -> int:
    """Words that a person reads: addresses are not counted, nor signs that stand alone."""
    found = (word for word in text.split() if "://" not in word and not word.startswith("mailto:"))
    return sum(1 for word in found if re.search(r"\w", word))


def _letter(alert: Alert, heads: dict[str, object]) -> Letter:
    texts = Texts(
        headline=_cut(alert.headline, HEADLINE_WORDS),
        what_changed=alert.what_changed,
        how_sure=alert.how_sure,
        not_known=alert.not_known,
        can_be_done=alert.can_be_done,
        reasons=_reasons(alert),
    )
    frame = _frame(alert)
    least = words_in(_text(frame | {"texts": texts.cut(0)}))
    return Letter(texts, frame, heads, region_names(), least)


def _own_words(delivery: Delivery, letter: Letter) -> dict[str, str]:
    """What stands in the places of MARKS."""
    person = delivery.person
    return {
        "why_you": _why(delivery, letter),
        "manage_url": links.manage_url(person),
        "unsubscribe_url": links.unsubscribe_url(person),
    }


def _why(delivery: Delivery, letter: Letter) -> str:
    """Why this person gets this mail."""
    rule = delivery.subscription
    if rule is None:
        return "You get this because an alert that reached you is corrected, or because your office is to answer it."
    begin = "You asked for" if rule.created_by_id in {None, delivery.person_id} else "You were signed up for"
    return f"{begin} {describe(rule, regions=letter.regions)}."


def _text(context: dict[str, object]) -> str:
    return render_to_string("emails/alert.txt", context).strip() + "\n"


def _longest(texts: Texts, *, spare: int) -> int:
    """How long a part may be so that all together stay within `spare` words: the longest give way first."""
    limit = max(texts.lengths())
    while limit > 0 and sum(min(length, limit) for length in texts.lengths()) > spare:
        limit -= 1
    return limit


def _cut(text: str, words: int) -> str:
    found = text.split()
    return text if len(found) <= words else " ".join(found[:words]).rstrip(",;:–-(") + "…" * (words > 0)


def _reasons(alert: Alert) -> tuple[ReasonLine, ...]:
    """What stands behind the alert, as far as it is public at this moment."""
    is_public = Exists(Evidence.objects.visible_to(AnonymousUser()).ever_accepted().filter(pk=OuterRef("evidence")))
    rows = AlertReason.objects.filter(alert=alert).order_by("order")
    found = rows.values_list("text", "grade", "evidence", "evidence__status", is_public)
    return tuple(_reason(*row) for row in found)


def _reason(text: str, grade: str, evidence: int | None, status: str | None, is_public: bool) -> ReasonLine:
    if evidence is None:
        return ReasonLine(text, grade)
    if not is_public:
        return ReasonLine(NOT_PUBLIC)
    url = links.absolute(reverse("evidence_detail", args=[evidence]))
    return ReasonLine(text, grade, url, is_retracted=status == Evidence.Status.RETRACTED)


def _frame(alert: Alert) -> dict[str, object]:
    """Everything of a body but the texts of its alert; MARKS stand for what each person has of their own."""
    return {
        "subject": subject(alert),
        "alert": alert,
        "country": alert.country.name_en,
        "level": Level(alert.level).label,
        "previous": Level(alert.previous_level).label if alert.kind == Alert.Kind.RISE else "",
        "method": alert.snapshot.method,
        "alert_url": links.absolute(alert.get_absolute_url()),
        "country_url": links.absolute(alert.country.get_absolute_url()),
        "error_url": f"mailto:{sender()}?subject={quote(f'Error in alert {alert.pk}')}",
        "level_bar": _bar(Level(alert.level)),
        "style": {name: format_html(' style="{}"', rules) for name, rules in STYLES.items()},
    } | MARKS


def _common_heads(alert: Alert) -> dict[str, object]:
    """The headers that every mail of an alert has, read once."""
    place, thread = f"alert {alert.pk}", f"<country-{alert.country.iso3}.alerts@{_domain()}>"
    head = {
        "Subject": subject(alert),
        "From": _address(settings.INSTALLATION_NAME, sender(), f"{place}: From"),
        "In-Reply-To": thread,
        "References": thread,
        "List-Id": f"<alerts.{_domain()}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "en",
        "MIME-Version": "1.0",
    }
    _refuse_breaks(head, place)
    return {name: POLICY.header_factory(name, value) for name, value in head.items()}


def _own_heads(delivery: Delivery, unsubscribe_url: str) -> dict[str, object]:
    """The headers of one mail alone: one recipient, and nothing that a name could break."""
    person, place = delivery.person, f"delivery {delivery.pk}"
    head = {
        "To": _address(person.name, person.email, f"{place}: To"),
        "Date": format_datetime(delivery.made_at),
        "Message-ID": message_id(delivery),
        "List-Unsubscribe": f"<{unsubscribe_url}>",
    }
    _refuse_breaks(head, place)
    return head


def _refuse_breaks(head: Mapping[str, object], place: str) -> None:
    for name, value in head.items():
        if _UNREADABLE.search(str(value)):
            raise MessageError(f"{place}: {name} holds a line break or control character; wanted none")


def _address(name: str, address: str, place: str) -> Address:
    """One mailbox; a domain in letters of another script is written in the form that every server knows."""
    user, _, domain = address.rpartition("@")
    if _UNREADABLE.search(f"{name}{address}"):
        raise MessageError(f"{place} holds a line break or control character; wanted none")
    try:
        found = Address(display_name=name, username=user, domain=punycode(domain))
    except ValueError:  # its text repeats the address
        found = Address()
    if not _ADDRESS.fullmatch(found.addr_spec):
        raise MessageError(f"{place} is no mail address; wanted one such as name@domain.example")
    return found


def _domain() -> str:
    return _address("", sender(), "MAIL_FROM").domain


def _part(text: str, subtype: str) -> EmailMessage:
    part = EmailMessage(policy=POLICY)
    part.set_content(text, subtype=subtype, charset="utf-8", cte="quoted-printable")
    del part["MIME-Version"]  # said once, by the whole
    return part


def _bar(level: Level) -> SafeString:
    """The attributes of the cell that holds the level's word; `bgcolor` is for programs that know no styles."""
    ground, ink = RAMP[level]
    return format_html(' bgcolor="{0}" style="{2};background-color:{0};color:{1}"', ground, ink, STYLES["bar"])
