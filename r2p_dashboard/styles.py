"""The stylesheets, which stand in many small files: a page carries those that it needs within itself.

A browser paints nothing before it has every stylesheet that a page links to, and on a slow line each wait is longer
than what comes (docs/decisions/0085). So `{% styles "charts" "country" %}` puts the site's sheets and these parts of
`static/css/parts` into the head, and the policy of contents allows exactly this text, by its digest. One file,
`css/site.css`, is for the pages that are made without a request.
"""

import base64
import functools
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

SITE = "css/site.css"
OF_SITE = ("tokens", "base", "parts/header", "parts/strips", "parts/controls", "parts/filters", "parts/reading",
           "parts/search")  # fmt: skip
LAST = "parts/touch"  # stands after all others: it makes what they draw large enough for a finger
FOLDER = settings.LOCAL_FOLDER / "styles"
_TEMPLATES = settings.BASE_DIR / "templates"
_SOURCES = settings.BASE_DIR / "static" / "css"
_NAMED = re.compile(r'{% styles((?: "[a-z_]+")*) %}')
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)


class UnknownStyleError(LookupError):
    """A part that is not there."""


class Sheet(NamedTuple):
    """What stands in a page's `<style>`, and how the policy of contents names it."""

    text: str
    source: str  # 'sha256-…'


def sheet_of(parts: Iterable[str]) -> Sheet:
    """The site's sheets, these parts, and what comes last; read anew where a file changed.

    Raises UnknownStyleError.
    """
    sources = (*OF_SITE, *(f"parts/{part}" for part in parts), LAST)
    return _joined(sources, tuple(map(_changed, sources)))


def named() -> Iterator[tuple[str, ...]]:
    """Every set of parts that a template asks for, once."""
    texts = (found.read_text() for found in sorted(_TEMPLATES.rglob("*.html")))
    yield from sorted({tuple(re.findall("[a-z_]+", said)) for text in texts for said in _NAMED.findall(text)})


def site_file() -> Path:
    """The file of the site's sheets alone, written anew where a source changed."""
    text = sheet_of(()).text
    place = FOLDER / SITE
    if not place.is_file() or place.read_text() != text:
        _write(place, text)
    return place


class OwnStyles(CSPMiddleware):
    """The policy of contents, which also allows the one `<style>` that the answered page carries."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The parts as the settings and the view have them, with the digest of the page's own sheet."""
        found = super().get_policy_parts(request, response, report_only)
        source: str | None = getattr(request, "own_style", None)
        if source:
            already = (found.update or {}).get("style-src", ())
            found.update = {**(found.update or {}), "style-src": [*already, source]}
        return found


@functools.cache
def _joined(sources: tuple[str, ...], changed: tuple[int, ...]) -> Sheet:
    """`changed`: when each was written, so that another text is never taken for it."""
    text = "".join(_packed(source) for source in sources)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Sheet(text, f"'sha256-{digest}'")


def _changed(source: str) -> int:
    """When a source was written, in nanoseconds. Raises UnknownStyleError."""
    place = _SOURCES / f"{source}.css"
    try:
        return place.stat().st_mtime_ns
    except FileNotFoundError as error:
        raise UnknownStyleError(f"found no static/css/{source}.css; wanted the name of a file there") from error


def _packed(source: str) -> str:
    """A source without remarks and indents; nothing in ours depends on either."""
    text = (_SOURCES / f"{source}.css").read_text()
    return re.sub(r"\s*\n\s*", "\n", _REMARK.sub("", text)).lstrip()


def _write(place: Path, text: str) -> None:
    """Whole or not at all: several processes may do it at once."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(place)
