"""What every mail of this installation has in common: for `templates/emails/base.html` and its text twin."""

import functools
import re

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from alerts.messages import styles
from alerts.messages.languages import SOURCE, direction_of
from indicators.models.score import Level

_BLANKS = re.compile(r"\n{3,}")


def shell(*, subject: str, language: str, level: Level | None = None) -> dict[str, object]:
    """The context of `emails/base.html`. `level` colours the bar; None: the colour of the site."""
    return {
        "subject": subject,
        "installation": settings.INSTALLATION_NAME,
        "language": language,
        "direction": direction_of(language),
        "source_language": SOURCE,
        "is_translated": language != SOURCE,
        "bar": styles.bar(level),
        "style": _attributes(direction_of(language)),
    }


def text(template: str, context: dict[str, object]) -> str:
    """The text twin: what is left out leaves no gap."""
    return _BLANKS.sub("\n\n", render_to_string(template, context)).strip() + "\n"


@functools.cache
def _attributes(direction: str) -> dict[str, SafeString]:
    return styles.attributes(direction)
