"""A language that says everything: each string of pages is the English one between ⟦ and ⟧."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from django.utils import translation
from pytest_django import Settings

from r2p_dashboard.local import phrases

LANGUAGE = "ar"


@contextlib.contextmanager
def spoken(folder: Path, settings: Settings) -> Iterator[None]:
    """Arabic, so marked, is active; its file lies in `folder`."""
    catalog = Catalog(locale=LANGUAGE)
    for said in phrases.pages():
        one, many = (said, None) if isinstance(said, str) else said
        if one == one.strip():
            catalog.add(said, f"⟦{one}⟧" if many is None else (f"⟦{one}⟧", *[f"⟦{many}⟧"] * (catalog.num_plurals - 1)))
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "django.mo").open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS = [folder]
    with translation.override(LANGUAGE):
        yield
