"""Which language a text is in, and what a language is called. Pure."""

import re

from babel import Locale

UNKNOWN = "und"  # ISO 639's code for a language that nobody knows
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})?")
UN_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")


def language_name(code: str) -> str:
    """The English name of a language by its code; the code itself where it has none."""
    if code == UNKNOWN:
        return "unknown language"
    return str(Locale("en").languages.get(code.partition("-")[0].lower(), code))
