"""What names this installation to machines, and characters that they can hold."""

import re
from urllib.parse import urlsplit

from django.conf import settings

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def host() -> str:
    """The name in ids, for ever: of the site, without a port (RFC 4151 has none)."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def cleaned(text: str) -> str:
    """Without characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)
