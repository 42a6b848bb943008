"""Static files that come from a package and not from our folders: one file of plotly, never committed."""

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage

NAME = "plotly.min.js"
PREFIX = "plotly"


class PlotlyFinder(BaseFinder):
    """Serves `plotly/plotly.min.js` from the package `plotly`; the rest of its data is not for readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = importlib.util.find_spec("plotly")
        if found is None or found.origin is None:
            raise ImproperlyConfigured("the package plotly is not installed; run `uv sync`")
        self.storage = FileSystemStorage(location=Path(found.origin).parent / "package_data")
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # where collectstatic puts it

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file's place, where it is the one that is asked for."""
        if path != f"{PREFIX}/{NAME}":
            return []
        place = self.storage.path(NAME)
        return [place] if find_all else place

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """That one file."""
        yield NAME, self.storage
