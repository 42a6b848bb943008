"""The pictures of the mail in the documentation: small, of every way to read it, and made from a real alert."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError
from PIL import Image
from playwright.sync_api import Browser

from alerts.models import Alert, Signal
from r2p_dashboard.management.commands import mail_pictures
from tests import make
from tests.alerts import outbox, rounds
from tests.alerts.mails import high

pytestmark = pytest.mark.usefixtures("reference")
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


@pytest.mark.browser
def test_every_way_to_read_a_mail_is_drawn(chromium: Browser, tmp_path: Path) -> None:
    outbox.alert()
    pages = mail_pictures.written(high(what_changed="From <A> to B."))

    drawn = list(mail_pictures.draw(chromium, pages, into=tmp_path))

    assert [path.stem for path in drawn] == [view.name for view in mail_pictures.VIEWS]
    assert {Image.open(io.BytesIO(path.read_bytes())).width for path in drawn} == {680, 563}
    assert "From &lt;A&gt; to B." in pages["mail-text"]
    assert "[HIGH ↑] Myanmar" in pages["mail-text"]
    assert "CE QUI A CHANG" not in pages["mail-desktop"]
    assert "Ce qui a chang" in pages["mail-french"]


def test_the_gravest_rise_is_drafted_and_nothing_of_it_is_kept() -> None:
    with pytest.raises(CommandError, match="make run"), mail_pictures.drafted(at=make.NOW):
        pass

    rounds.alert()
    counts = Alert.objects.count(), Signal.objects.count()
    with pytest.raises(CommandError, match="made no alert of it"), mail_pictures.drafted(at=make.NOW):
        pass

    assert (Alert.objects.count(), Signal.objects.count()) == counts


def test_those_of_the_documentation_are_there_and_small() -> None:
    sizes = {view.name: (IMAGES / f"{view.name}.png").stat().st_size for view in mail_pictures.VIEWS}

    assert max(sizes.values()) < 150_000
