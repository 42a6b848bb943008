"""The languages of a mail's frame: words that stand in the database in English, said in the one that is active."""

import functools
from pathlib import Path

from babel import Locale
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from alerts.models import Alert
from countries.models import Country
from indicators.models.score import Level
from people.models import User

SOURCE = "en"  # in which alerts are written, and every string of the frame
LEVELS = {
    Level.UNDETERMINED: gettext_noop("UNDETERMINED"),
    Level.MINIMAL: gettext_noop("MINIMAL"),
    Level.LOW: gettext_noop("LOW"),
    Level.ELEVATED: gettext_noop("ELEVATED"),
    Level.HIGH: gettext_noop("HIGH"),
    Level.SEVERE: gettext_noop("SEVERE"),
}
KINDS = {
    Alert.Kind.RISE: gettext_noop("the level rose"),
    Alert.Kind.RAPID: gettext_noop("rapid change"),
    Alert.Kind.TRIGGER: gettext_noop("trigger evidence"),
    Alert.Kind.BLACKOUT: gettext_noop("reports fell away"),
    Alert.Kind.CORRECTION: gettext_noop("CORRECTION"),
    Alert.Kind.WITHDRAWAL: gettext_noop("WITHDRAWN"),
}
# Where the United Nations say it otherwise than the Unicode consortium, or shorter.
OWN_NAMES = {
    "fr": {
        "CD": "République démocratique du Congo", "CG": "Congo", "MM": "Myanmar", "PS": "État de Palestine",
        "CZ": "Tchéquie", "TR": "Türkiye",
    },
}  # fmt: skip
CONFIDENCE = {
    Alert.Confidence.LOW: gettext_noop("low"),
    Alert.Confidence.MEDIUM: gettext_noop("medium"),
    Alert.Confidence.HIGH: gettext_noop("high"),
}


def language_of(person: User) -> str:
    """In which the person is written to: English where they said nothing, or where no translation stands."""
    try:
        wanted = str(person.mail_settings.language)
    except ObjectDoesNotExist:
        return SOURCE
    return wanted if is_translated(wanted) else SOURCE


def is_translated(language: str) -> bool:
    """Whether the frame can be said in it: else it would be English with the marks of another language."""
    folders = (Path(folder) / translation.to_locale(language) / "LC_MESSAGES" for folder in settings.LOCALE_PATHS)
    return language == SOURCE or any((folder / "django.mo").is_file() for folder in folders)


def direction_of(language: str) -> str:
    """`rtl` for a script that runs from right to left, as far as the frame stands in it."""
    return "rtl" if is_translated(language) and translation.get_language_info(language)["bidi"] else "ltr"


def level_word(level: Level) -> str:
    """The level's word."""
    return gettext(LEVELS[level])


def kind_word(kind: str) -> str:
    """What the alert warns of."""
    return gettext(KINDS[Alert.Kind(kind)])


def confidence_word(confidence: str) -> str:
    """How sure."""
    return gettext(CONFIDENCE[Alert.Confidence(confidence)])


def country_name(country: Country) -> str:
    """As the Unicode consortium names it in that language; in English as the site does."""
    language = translation.get_language() or SOURCE
    return country.name_en if language == SOURCE else _names(language).get(country.iso2, country.name_en)


def region_name(code: int, name: str) -> str:
    """Of a region or sub-region, by its UN M49 code; `name` is its English one."""
    language = translation.get_language() or SOURCE
    return name if language == SOURCE else _names(language).get(f"{code:03d}", name)


@functools.cache
def _names(language: str) -> dict[str, str]:
    return dict(Locale.parse(translation.to_locale(language)).territories) | OWN_NAMES.get(language, {})
