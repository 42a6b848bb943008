"""`make page-pictures`: the main pages as they look, wide and on a phone, as pictures for the documentation."""

from __future__ import annotations

import argparse
import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
COLOURS = 96  # of a picture: small, and nobody sees the difference
SIZES = {"wide": (1280, 860), "phone": (360, 740)}  # CSS pixels of the first screen
DRAWN_WITHIN = 20_000  # milliseconds, for a plot in the first screen


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """One page by the name of its picture; `at` is the element that is scrolled to the top."""

    name: str
    address: str
    at: str = ""


VIEWS = (
    View("world", "/"),
    View("country", "/countries/MMR/"),
    View("factors", "/countries/MMR/", at="#factors"),
    View("history", "/countries/MMR/", at="#history-head"),
    View("brief", "/countries/MMR/brief/"),
    View("compare", "/compare/?countries=MMR,MLI,SSD"),
    View("factor", "/factors/12/"),
    View("indicator", "/indicators/1.1/"),
)


class Command(BaseCommand):
    """Needs the local site with its demonstration (`make run`), and Debian's Chromium."""

    help = "Draw the main pages of the running local site for the documentation."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--into", type=Path, default=settings.BASE_DIR / "docs" / "images")
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where make run serves")

    def handle(self, *args: Any, **options: Any) -> None:
        from playwright.sync_api import Error, sync_playwright  # only where developers are

        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            try:
                for path in draw(browser, options["address"].rstrip("/"), into=options["into"]):
                    self.stdout.write(f"{path.name}: {path.stat().st_size // 1024} kB")
            except Error as error:
                raise CommandError(
                    f"{options['address']}: {error.message.splitlines()[0]}; start it: make run"
                ) from error
            finally:
                browser.close()


def draw(browser: Browser, address: str, *, into: Path) -> Iterator[Path]:
    """One file a view and size. Raises playwright's Error where nothing answers, CommandError where a page is none."""
    into.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=1.5 if size == "phone" else 1,
            color_scheme="light", locale="en-GB", reduced_motion="reduce",
        )  # fmt: skip
        tab = context.new_page()
        for view in VIEWS:
            _open(tab, address + view.address, at=view.at)
            picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
            path = into / f"page-{view.name}-{size}.png"
            picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
            yield path
        context.close()


def _open(tab: Page, address: str, *, at: str) -> None:
    answer = tab.goto(address)
    if answer is None or not answer.ok:
        raise CommandError(
            f"{address}: answered {answer.status if answer else 'nothing'}; wanted the demonstration: make run"
        )
    if at:
        tab.locator(at).evaluate("element => element.scrollIntoView()")
    tab.wait_for_function(
        """() => [...document.querySelectorAll("[data-chart]")].every((chart) => {
            const box = chart.getBoundingClientRect();
            const isSeen = box.top < innerHeight && box.bottom > 0;
            return !isSeen || chart.querySelector(".main-svg");
        })""",
        timeout=DRAWN_WITHIN,
    )
