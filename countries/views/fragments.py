"""Parts of a page that are rendered once for the same content and kept for a while."""

import hashlib
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

KEPT_SECONDS = 600  # names of sources and countries, which the keys leave out, are at most this old


Item = TypeVar("Item")
Kept = TypeVar("Kept")


def kept(name: str, make: Callable[[], Kept], *, content: object) -> Kept:
    """What `make` gives, made once for the same `content`: everything that it rests on, the reader's clearance too.

    The language is part of the key: what is kept holds words. Content None: what it rests on cannot be told, and so it
    is made anew each time.
    """
    if content is None:
        return make()
    key = _key(name, content)
    found: Kept | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, KEPT_SECONDS)
    return found


def kept_each(
    name: str, make: Callable[[list[Item]], Mapping[Item, Kept]], contents: Mapping[Item, object]
) -> list[Kept]:
    """The same for many at once, in their order: `make` is asked for those alone that are not here."""
    keys = {item: _key(name, content) for item, content in contents.items()}
    here: dict[str, Kept] = cache.get_many(keys.values())
    missing = [item for item, key in keys.items() if key not in here]
    if missing:
        made = {keys[item]: one for item, one in make(missing).items()}
        cache.set_many(made, KEPT_SECONDS)
        here |= made
    return [here[key] for key in keys.values() if key in here]


def _key(name: str, content: object) -> str:
    return f"fragment:{get_language()}:{name}:{hashlib.sha256(repr(content).encode()).hexdigest()}"


def fragment(
    template: str, context: Callable[[], dict[str, object]], *, content: object, request: HttpRequest
) -> SafeString:
    """The rendered template; its context is made only when it is needed.

    `content` is everything that the template shows, so that nothing old is served after a change. The template shows
    nothing of the reader but what `content` holds: the text is shared between readers.
    """
    return kept(template, lambda: render_to_string(template, context(), request=request), content=content)
