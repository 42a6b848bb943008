"""The site's stylesheets joined into few files, so that a page on a slow line waits for two and not for twelve.

The sources stay small files in `static/css`. Two kinds are made of them: `css/site.css`, which every page has and a
browser keeps, and one of each set of parts that a template names with `{% styles "charts" "country" %}`.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

SITE = "css/site.css"
OF_SITE = ("tokens", "base", "parts/header", "parts/strips", "parts/controls", "parts/filters", "parts/reading",
           "parts/search")  # fmt: skip
LAST = "touch"  # stands after all other parts: it makes what they draw large enough for a finger
FOLDER = settings.LOCAL_FOLDER / "styles"
_TEMPLATES = settings.BASE_DIR / "templates"
_SOURCES = settings.BASE_DIR / "static" / "css"
_NAMED = re.compile(r'{% styles((?: "[a-z_]+")*) %}')
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)


class UnknownStyleError(LookupError):
    """A part that is not there."""


def address_of(parts: Iterable[str]) -> str:
    """Where the joined file of these parts stands below `STATIC_URL`."""
    return f"css/page/{'.'.join((*parts, LAST))}.css"


def addresses() -> Iterator[str]:
    """Of all joined files: the site's, and one of each set that a template names."""
    yield SITE
    texts = (found.read_text() for found in sorted(_TEMPLATES.rglob("*.html")))
    yield from sorted({address_of(re.findall("[a-z_]+", said)) for text in texts for said in _NAMED.findall(text)})


def built(address: str) -> Path | None:
    """The joined file, made anew where a source changed; None where the address is none of ours.

    Raises UnknownStyleError.
    """
    sources: tuple[str, ...]
    if address == SITE:
        sources = OF_SITE
    elif found := re.fullmatch(r"css/page/([a-z_]+(?:\.[a-z_]+)*)\.css", address):
        sources = tuple(f"parts/{part}" for part in found[1].split("."))
    else:
        return None
    text = "".join(_packed(source) for source in sources)
    place = FOLDER / address
    if not place.is_file() or place.read_text() != text:
        _write(place, text)
    return place


def _packed(source: str) -> str:
    """A source without remarks and indents; nothing in ours depends on either."""
    place = _SOURCES / f"{source}.css"
    if not place.is_file():
        raise UnknownStyleError(f"found no static/css/{source}.css; wanted the name of a file there")
    return re.sub(r"\s*\n\s*", "\n", _REMARK.sub("", place.read_text())).lstrip()


def _write(place: Path, text: str) -> None:
    """Whole or not at all: several processes may do it at once."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(place)
