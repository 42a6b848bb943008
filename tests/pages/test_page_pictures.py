"""The pictures of the pages: made by a script, of the sizes that it says, and named by the README."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from r2p_dashboard.management.commands.page_pictures import SIZES, VIEWS

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
SCALES = {"wide": 1.0, "phone": 1.5}
MOST = 200_000  # bytes
CLOSED = "http://127.0.0.1:9"  # the port "discard": nothing answers


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@pytest.mark.parametrize("size", SIZES)
def test_each_view_has_a_picture_of_its_size(view: object, size: str) -> None:
    path = IMAGES / f"page-{getattr(view, 'name', '')}-{size}.png"
    width, height = (round(SCALES[size] * length) for length in SIZES[size])

    with Image.open(path) as picture:
        assert picture.size == (width, height)
    assert path.stat().st_size <= MOST


def test_every_picture_that_the_readme_shows_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [part.partition(")")[0] for part in text.split("](docs/images/")[1:]]

    assert shown
    assert [name for name in shown if not (IMAGES / name).is_file()] == []


@pytest.mark.browser
def test_where_no_site_runs_the_command_says_how_to_start_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as aside:  # another browser of this process has its event loop in this thread
        asked = aside.submit(call_command, "page_pictures", "--address", CLOSED, "--into", str(tmp_path))

        with pytest.raises(CommandError, match="make run"):
            asked.result()
