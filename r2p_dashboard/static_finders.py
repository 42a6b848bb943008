"""Static files that are in none of our folders: one of plotly, never committed, and a stylesheet joined of many."""

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage

from r2p_dashboard import styles

NAME = "plotly.min.js"
PREFIX = "plotly"
BUILT = "build"  # where `make plotly` puts the smaller file; the folder of the project is before it


def library_folder() -> Path:
    """The folder of the chart library: what was built from package.json where it was, else the package's own."""
    built = Path(settings.BASE_DIR) / BUILT
    if (built / NAME).is_file():
        return built
    found = importlib.util.find_spec("plotly")
    if found is None or found.origin is None:
        raise ImproperlyConfigured("the package plotly is not installed; run `uv sync`")
    return Path(found.origin).parent / "package_data"


class PlotlyFinder(BaseFinder):
    """Serves `plotly/plotly.min.js`; the rest of the package's data is not for readers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=library_folder())
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # where collectstatic puts it

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file's place, where it is the one that is asked for."""
        if path != f"{PREFIX}/{NAME}":
            return []
        place = self.storage.path(NAME)
        return [place] if find_all else place

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """That one file, but where its name or folder is to be left out."""
        if not any(matches_patterns(one, list(ignore_patterns or ())) for one in (PREFIX, NAME)):
            yield NAME, self.storage


class StylesFinder(BaseFinder):
    """Serves `css/site.css`, which `r2p_dashboard.styles` makes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=styles.FOLDER)

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file's place, where it is the one that is asked for; made anew where a source changed."""
        if path != styles.SITE:
            return []
        place = str(styles.site_file())
        return [place] if find_all else place

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """That one file."""
        styles.site_file()
        yield styles.SITE, self.storage
