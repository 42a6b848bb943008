"""`make mail-pictures`: how a mail about the demonstration's gravest rise looks, as pictures for the documentation."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from PIL import Image

from alerts.messages import preview_mail
from alerts.models import Alert, Signal
from alerts.outbox.trying import as_it_would_go
from alerts.raising import raising
from alerts.views.stored_mail import shown_message
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"
READER = User(pk=0, name="A focal point", email="focal.point@office.example", role=Role.FOCAL_POINT)
COLOURS = 96  # of a picture: small, and nobody sees the difference
TERMINAL = "margin:0;padding:20px 24px;background:#16191b;color:#e6e4df;font:14px/1.5 monospace;white-space:pre-wrap"


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """One way to read the mail."""

    name: str
    width: int
    language: str = "en"
    is_text: bool = False
    is_dark: bool = False


VIEWS = (
    View("mail-desktop", 680),
    View("mail-phone", 375),
    View("mail-phone-dark", 375, is_dark=True),
    View("mail-text", 680, is_text=True),
    View("mail-french", 680, language="fr"),
)


class Command(BaseCommand):
    """Needs the local installation with its demonstration, and Debian's Chromium."""

    help = "Draw a mail about the demonstration's gravest rise for the documentation."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--into", type=Path, default=settings.BASE_DIR / "docs" / "images")

    def handle(self, *args: Any, **options: Any) -> None:
        from playwright.sync_api import sync_playwright  # only where developers are

        with drafted(at=clock.now()) as alert:
            pages = written(alert)  # before there is a browser's event loop, in which no query may be asked
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for path in draw(browser, pages, into=options["into"]):
                self.stdout.write(f"{path.name}: {path.stat().st_size // 1024} kB")
            browser.close()


@contextlib.contextmanager
def drafted(*, at: dt.datetime) -> Iterator[Alert]:
    """What the rule drafts of the demonstration's gravest rise, were it new; nothing of it is kept.

    The demonstration's evidence is older than its installation, so its own signals are historic and raise nothing.
    Raises CommandError.
    """
    found = Signal.objects.filter(kind=Signal.Kind.LEVEL_UP).order_by("-to_level", "country__iso3").first()
    if found is None:
        raise CommandError("found no signal of a rise; wanted the demonstration: make run, then this again")
    with transaction.atomic():
        new = Signal.objects.create(
            country=found.country, kind=found.kind, from_level=found.from_level, to_level=found.to_level,
            before=found.after, after=found.after, is_historic=False, figures=found.figures, found_at=at,
        )  # fmt: skip
        raising.raise_waiting(at=at)
        rows = Alert.objects.select_related("country", "situation", "snapshot__method")
        alert = rows.filter(signal=new).first()
        if alert is None:
            raise CommandError(
                f"signal of {found.country.iso3}: the rule made no alert of it; wanted a rise that stands"
            )
        yield alert
        transaction.set_rollback(True)


def written(alert: Alert) -> dict[str, str]:
    """The page to draw, by the name of its view."""
    return {view.name: _page(alert, view) for view in VIEWS}


def draw(browser: Browser, pages: dict[str, str], *, into: Path) -> Iterator[Path]:
    """One file a view."""
    into.mkdir(parents=True, exist_ok=True)
    for view in VIEWS:
        context = browser.new_context(
            viewport={"width": view.width, "height": 400},
            device_scale_factor=1.5 if view.width < 400 else 1,
            color_scheme="dark" if view.is_dark else "light",
        )
        tab = context.new_page()
        tab.set_content(pages[view.name])
        picture = Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert("RGB")
        context.close()
        path = into / f"{view.name}.png"
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        yield path


def _page(alert: Alert, view: View) -> str:
    message = preview_mail(as_it_would_go(alert, READER, at=clock.now()), language=view.language)
    mail = shown_message(message, is_preview=True)
    if not view.is_text:
        return mail.page
    heads = "\n".join(f"{name}: {value}" for name, value in mail.heads if name in {"From", "To", "Subject", "Date"})
    return f'<meta charset="utf-8"><body style="{TERMINAL}">{escape(heads)}\n\n{escape(mail.text)}'
