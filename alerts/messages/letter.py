"""What every mail of one alert shares, in one language and for one purpose."""

import dataclasses
import hashlib

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from alerts import family, links
from alerts.messages import frame
from alerts.messages.describing import region_names
from alerts.messages.headers import MessageError, domain
from alerts.messages.languages import SOURCE, confidence_word, country_name, kind_word, level_word
from alerts.messages.picture import SHOWN
from alerts.messages.texts import HEADLINE_WORDS, WORDS_MAX, ReasonLine, Texts, cut, words_in
from alerts.messages.trend import trend_of
from alerts.models import Alert, AlertReason, Delivery
from indicators.models import Evidence
from indicators.models.score import Level
from people.english import in_english

SHORTENED = gettext_noop("Shortened: the whole stands on the alert’s page.")
NOT_PUBLIC = gettext_noop("Evidence that is not public")
# What each person has of their own; the signs are of private use: they are in nobody's words.
MARKS = {
    "why_you": "\ue001", "manage_url": "\ue002", "unsubscribe_url": "\ue003", "answer_url": "\ue004",
    "pause_url": "\ue005", "error_url": "\ue006",
}  # fmt: skip
TAKEN_BACK = (Alert.Kind.CORRECTION, Alert.Kind.WITHDRAWAL)
Purpose = Delivery.Purpose
TEST = "test"  # beside the purposes of deliveries: a test is none


@dataclasses.dataclass(frozen=True, slots=True)
class InlinePicture:
    """A picture that travels in the mail; `name` is that of its Content-ID, without brackets."""

    name: str
    png: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """As it stands when this is made: for a batch, never for longer."""

    language: str
    texts: Texts
    shared: dict[str, object]
    regions: dict[int, str]
    least_words: int  # of a body without its parts and why its reader got it
    note_words: int  # that say that it is shortened
    picture: InlinePicture | None = None
    heads: dict[str, object] = dataclasses.field(default_factory=dict)
    drawn: dict[Texts, tuple[str, str]] = dataclasses.field(default_factory=dict)
    fitted: dict[int, Texts] = dataclasses.field(default_factory=dict)  # by how many words the parts may have

    def bodies(self, own: dict[str, str]) -> tuple[str, str]:
        """The text and the HTML twin for one person: `own` is what stands in the places of MARKS."""
        spare = WORDS_MAX - self.least_words - words_in(own["why_you"])
        if spare not in self.fitted:
            self.fitted[spare] = self.texts.fitted(spare=spare, note=self.note_words)
        text, page = self._draw(self.fitted[spare])
        for name, mark in MARKS.items():
            text, page = text.replace(mark, own[name]), page.replace(mark, escape(own[name]))
        return text, page

    def says(self) -> list[str]:
        """All its words, uncut, as they stand now."""
        seen = hashlib.sha256(self.picture.png).hexdigest() if self.picture else ""
        return [*self._draw(self.texts), *map(str, self.heads.values()), seen]

    def _draw(self, texts: Texts) -> tuple[str, str]:
        if texts not in self.drawn:
            context, name = self.shared | {"texts": texts}, str(self.shared["template"])
            with translation.override(self.language):
                self.drawn[texts] = (frame.text(f"{name}.txt", context), render_to_string(f"{name}.html", context))
        return self.drawn[texts]


def letter_for(alert: Alert, *, language: str = SOURCE, purpose: str = Purpose.ALERT) -> Letter:
    """Raises MessageError: of an alert that nobody released no mail is made."""
    if alert.state != Alert.State.RELEASED:
        raise MessageError(f"alert {alert.pk} is {in_english(alert.get_state_display)}; wanted a released one")
    return preview_letter(alert, language=language, purpose=purpose)


def preview_letter(alert: Alert, *, language: str = SOURCE, purpose: str = Purpose.ALERT) -> Letter:
    """The same of an alert that may wait for release: for those who decide on it.

    One that was corrected speaks in the words of its last correction, and says so.
    """
    right = family.last_correction(alert)
    words = right or alert
    texts = _withdrawn(words) if words.kind == Alert.Kind.WITHDRAWAL else _texts(words, language)
    with translation.override(language):
        seen, said = _trend(words, language)
        shared = _shared(alert, right, language, purpose) | said
        least, note = _least_words(texts, shared), words_in(_(SHORTENED))
    return Letter(language, texts, shared, region_names(), least, note, seen)


def _texts(words: Alert, language: str) -> Texts:
    return Texts(
        headline=cut(words.headline, HEADLINE_WORDS),
        what_changed=words.what_changed,
        how_sure=words.how_sure,
        not_known=words.not_known,
        who_is_at_risk=words.who_is_at_risk,
        can_be_done=words.can_be_done,
        reasons=_reasons(words, language),
        is_letter=words.kind in TAKEN_BACK,
    )


def _withdrawn(words: Alert) -> Texts:
    """A withdrawal says which alert it is about, what was wrong, and no more."""
    return Texts(_headline(words), words.wrong, "", "", "", (), is_letter=True)


def _headline(alert: Alert) -> str:
    """A withdrawal has that of the alert that it takes back: by it its readers know that one."""
    about = alert.corrects if alert.kind == Alert.Kind.WITHDRAWAL else None
    return cut((about or alert).headline, HEADLINE_WORDS)


def _trend(alert: Alert, language: str) -> tuple[InlinePicture | None, dict[str, object]]:
    """The picture and what the twins say of it; a correction speaks of a warning, not of a course."""
    trend = None if alert.kind in TAKEN_BACK else trend_of(alert.snapshot)
    if trend is None:
        return None, {"trend": ""}
    found = InlinePicture(f"trend.alert-{alert.pk}.{language}@{domain()}", trend.drawn())
    width, height = SHOWN
    return found, {"trend": trend.said(), "picture": found.name, "picture_width": width, "picture_height": height}


def _least_words(texts: Texts, shared: dict[str, object]) -> int:
    """Of all that is no part; headings of parts are counted also where their part will give way."""
    return words_in(frame.text(f"{shared['template']}.txt", shared | {"texts": texts})) - texts.words()


def subject(alert: Alert, *, purpose: str = Purpose.ALERT) -> str:
    """Such as `[HIGH ↑] Sudan: reason in at most eight words (confidence: medium)`, in the language that is active."""
    words = {
        "mark": _mark(alert),
        "country": country_name(alert.country),
        "headline": _headline(alert),
        "confidence": confidence_word(alert.confidence),
    }
    if alert.kind == Alert.Kind.WITHDRAWAL:  # how sure is nobody's question any more
        said = _("[%(mark)s] %(country)s: %(headline)s") % words
    else:
        said = _("[%(mark)s] %(country)s: %(headline)s (confidence: %(confidence)s)") % words
    begin = {
        TEST: _("TEST"),
        Purpose.REMINDER.value: _("Reminder"),
        Purpose.ESCALATION.value: _("Unanswered"),
        Purpose.PASSED_ON.value: _("Passed on to you"),
    }
    return f"{begin[purpose]}: {said}" if purpose in begin else said


def _mark(alert: Alert) -> str:
    """The level, and honestly what became of it: only a rise has an arrow."""
    level, kind = level_word(Level(alert.level)), kind_word(alert.kind)
    if alert.kind == Alert.Kind.RISE:
        return f"{level} ↑"
    return kind if alert.kind == Alert.Kind.WITHDRAWAL else f"{level}, {kind}"


def _opening(purpose: str) -> str:
    """Why the mail comes, where it is not the alert itself for the first time."""
    return {
        TEST: _("A test, sent to you alone: nobody else was written to."),
        Purpose.REMINDER.value: _("A reminder: nobody of your office has answered this warning yet."),
        Purpose.ESCALATION.value: _(
            "Those asked first in your office have not answered this warning: it is your turn."
        ),
        Purpose.PASSED_ON.value: _("Somebody who got this warning passed it on to you."),
    }.get(purpose, "")


def _corrected(right: Alert | None) -> str:
    """That the words are not those which went out first."""
    if right is None or right.released_at is None:
        return ""
    day = date_format(right.released_at, "j F Y")
    return _("Corrected on %(day)s: what follows sets right what this warning said before.") % {"day": day}


def _reasons(alert: Alert, language: str) -> tuple[ReasonLine, ...]:
    """What stands behind the alert, as far as it is public at this moment."""
    is_public = Exists(Evidence.objects.visible_to(AnonymousUser()).ever_accepted().filter(pk=OuterRef("evidence")))
    rows = AlertReason.objects.filter(alert=alert).order_by("order")
    found = rows.values_list("text", "grade", "evidence", "evidence__status", is_public)
    with translation.override(language):
        return tuple(_reason(*row) for row in found)


def _reason(text: str, grade: str, evidence: int | None, status: str | None, is_public: bool) -> ReasonLine:
    if evidence is None:
        return ReasonLine(text, grade)
    if not is_public:
        return ReasonLine(_(NOT_PUBLIC))
    url = links.absolute(reverse("evidence_detail", args=[evidence]))
    return ReasonLine(text, grade, url, is_retracted=status == Evidence.Status.RETRACTED)


def _shared(alert: Alert, right: Alert | None, language: str, purpose: str) -> dict[str, object]:
    """Everything of a body but its texts; MARKS stand for what each person has of their own.

    `right` is the correction whose words those are. The links lead to the alert, where the answers stand.
    """
    said, level = right or alert, Level(alert.level)
    return {
        **frame.shell(subject=subject(said, purpose=purpose), language=language, level=level),
        "template": "emails/withdrawn" if said.kind == Alert.Kind.WITHDRAWAL else "emails/alert",
        "opening": " ".join(part for part in (_opening(purpose), _corrected(right)) if part),
        "replaced": alert.supersedes,
        "alert": said,
        "is_correction": said.kind in TAKEN_BACK,
        "is_asked": family.warns(alert),
        "country": country_name(alert.country),
        "level": level_word(level),
        "level_as_written": in_english(level.label),
        "kind": kind_word(said.kind),
        "shortened": _(SHORTENED),
        "previous": level_word(Level(alert.previous_level)) if said.kind == Alert.Kind.RISE else "",
        "previous_as_written": in_english(Level(alert.previous_level).label),
        "method": alert.snapshot.method,
        "alert_url": links.absolute(alert.get_absolute_url()),
        "country_url": links.absolute(alert.country.get_absolute_url()),
        **MARKS,
    }
