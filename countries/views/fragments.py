"""Parts of a page that are rendered once for the same content and kept for a while."""

import hashlib
from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

KEPT_SECONDS = 600  # names of sources and countries, which the keys leave out, are at most this old


def fragment(
    template: str, context: Callable[[], dict[str, object]], *, content: object, request: HttpRequest
) -> SafeString:
    """The rendered template; its context is made only when it is needed.

    `content` is everything that the template shows, so that nothing old is served after a change. The template shows
    nothing of the reader but what `content` holds: the text is shared between readers.
    """
    name = f"fragment:{template}:{hashlib.sha256(repr(content).encode()).hexdigest()}"
    kept: SafeString | None = cache.get(name)
    if kept is None:
        kept = render_to_string(template, context(), request=request)
        cache.set(name, kept, KEPT_SECONDS)
    return kept
