"""The small picture of a mail: what it shows, how it travels, and that its words say the same."""

import datetime as dt
import io
from email.message import EmailMessage

import pytest
from django.utils import dates, translation
from PIL import Image, ImageChops, ImageDraw, ImageFont

from alerts import messages
from alerts.messages import letters, picture, trend
from alerts.models import Alert
from alerts.views.stored_mail import shown
from indicators.models import Band, History, Snapshot
from tests import make
from tests.alerts import outbox
from tests.alerts.mails import as_read, both, high

pytestmark = pytest.mark.usefixtures("reference")
CUTS = (20.0, 40.0, 60.0, 80.0)
WORDS = picture.Words(("MINIMAL", "LOW", "ELEVATED", "HIGH", "SEVERE"), "Jun 2022", "Jun 2024", "50.0", "unknown")


def month_ends(count: int) -> list[dt.date]:
    """The last so many, oldest first."""
    months = [divmod(2024 * 12 + 6 - place, 12) for place in range(count)]
    return [dt.date(year, month + 1, 1) - dt.timedelta(days=1) for year, month in reversed(months)]


def with_line(snapshot: Snapshot, *, months: int = 40, unknown: int = 0) -> Snapshot:
    """A line that rises from 10 by one point a month."""
    days, values = month_ends(months), [10.0 + place for place in range(months)]
    History.objects.create(
        snapshot=snapshot, line="hindsight", days=days, overall=values, genocide=values, cah=values, war=values,
        coverage=[0.0] * unknown + [0.6] * (months - unknown), levels=[3] * months, shown_levels=[3] * months,
    )  # fmt: skip
    low, high_ = [value - 5 for value in values], [value + 5 for value in values]
    Band.objects.create(snapshot=snapshot, part="months", days=days, low=low, high=high_, stored_at=make.NOW)
    return snapshot


def drawn_alert(*, unknown: int = 0, **fields: object) -> Alert:
    warning = high(**fields)
    with_line(warning.snapshot, unknown=unknown)
    return warning


def test_the_picture_travels_in_the_mail_beside_the_page_that_shows_it() -> None:
    mail = as_read(outbox.delivery(drawn_alert()))
    kinds = [part.get_content_type() for part in mail.walk()]
    (png,) = (part for part in mail.walk() if part.get_content_type() == "image/png")
    _, page = both(outbox.delivery(drawn_alert()))

    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert png["Content-Disposition"].startswith("inline")
    assert f'src="cid:{str(png["Content-ID"])[1:6]}' in page
    assert mail.defects == []


def test_the_page_shows_the_very_picture_that_came_with_it() -> None:
    mail = as_read(outbox.delivery(drawn_alert()))
    page = mail.get_body(("html",))
    (png,) = (part for part in mail.walk() if part.get_content_type() == "image/png")

    assert isinstance(page, EmailMessage)
    named = str(png["Content-ID"]).strip("<>")
    assert f'<img src="cid:{named}" width="320" height="140" alt="Index' in page.get_content()
    assert Image.open(io.BytesIO(png.get_payload(decode=True))).size == (640, 280)  # type: ignore[arg-type]


def test_its_words_say_from_what_to_what_and_the_text_says_the_same() -> None:
    text, page = both(outbox.delivery(drawn_alert()))
    first, *_, last = month_ends(25)
    said = f"Index: 25.0 on {first}, 49.0 on {last} (interval 44.0–54.0)."

    assert said in text
    assert f'alt="{said}"' in page


def test_its_figures_are_rounded_as_the_words_of_the_alert_are() -> None:
    """Django's own format of a float cuts: 22.088 read 22.0 beside an index of 22.1."""
    flat = (22.088, 22.088)
    found = trend.Trend(tuple(month_ends(2)), picture.Course(flat, (None, 13.593), (None, 26.96), CUTS))

    assert "22.1 on " in found.said()
    assert found.said().endswith("(interval 13.6–27.0).")


def test_what_was_not_known_is_said_and_never_drawn_as_zero() -> None:
    warning = drawn_alert(unknown=20)
    found = trend.trend_of(warning.snapshot)
    text, _ = both(outbox.delivery(warning))

    assert found is not None
    assert found.course.index[:5] == (None,) * 5
    assert found.course.index[5] == 30.0
    assert found.course.low[4:6] == (None, 25.0)
    assert "Index: 30.0 on" in text
    assert "Unknown in 5 of 25 months." in text


@pytest.mark.parametrize("unknown", [40, 0])
def test_without_anything_known_there_is_no_picture(unknown: int) -> None:
    warning = high()
    if unknown:
        with_line(warning.snapshot, unknown=unknown)
    text, page = both(outbox.delivery(warning))

    assert "<img" not in page
    assert "Index:" not in text


def test_in_french_its_numbers_months_and_levels_are_french() -> None:
    found = trend.trend_of(drawn_alert().snapshot)
    assert found is not None
    with translation.override("fr"):
        said, png = found.said(), found.drawn()

    assert said.startswith("Indice : 25,0 au ")
    assert png != found.drawn()


def test_every_word_of_it_is_drawn_in_letters_that_its_font_has() -> None:
    font = ImageFont.load_default(picture.WORD)
    assert isinstance(font, ImageFont.FreeTypeFont)
    box = bytes(font.getmask("\N{ARABIC LETTER BEH}"))
    with translation.override("fr"):
        said = [*map(str, dates.MONTHS_AP.values()), *map(translation.gettext, ["HIGH", "ELEVATED", "unknown"])]
    drawn = {sign for text in said for part in (letters.in_its_letters(text)[0],) for sign in part if sign.strip()}

    assert "É" in "".join(said)
    assert {sign for sign in drawn | set("".join(letters.MARKS.values())) if bytes(font.getmask(sign)) == box} == set()


@pytest.mark.parametrize("text", ["É", "é", "û", "è", "ë"])
def test_an_accent_stands_above_its_letter_and_leaves_it_as_it_is(text: str) -> None:
    font, seen = ImageFont.load_default(picture.WORD), []
    for one in (text, letters.in_its_letters(text)[0]):
        image = Image.new("L", (40, 40), 255)
        letters.write(ImageDraw.Draw(image), (10, 30), one, fill="black", font=font, anchor="ls")
        seen.append(image)
    (left, top, right, bottom), plain = (ImageChops.invert(one).getbbox() or (0, 0, 0, 0) for one in seen)

    assert bottom == plain[3]
    assert top < plain[1]
    assert left > 5
    assert right < 30


@pytest.mark.parametrize("gap", [0, 10, 24])
def test_it_is_small_and_has_a_ground_of_its_own(gap: int) -> None:
    values = [None] * gap + [float(20 + place) for place in range(25 - gap)]
    bounds = [None if value is None else value + 6 for value in values]
    png = picture.drawn(picture.Course(tuple(values), tuple(values), tuple(bounds), CUTS), WORDS)
    seen = Image.open(io.BytesIO(png)).convert("RGBA")

    assert len(png) < 20_000
    assert {seen.getpixel(at)[3] for at in ((5, 5), (320, 140), (635, 275))} == {255}  # type: ignore[index]
    assert min(seen.getpixel((5, 5))[:3]) > 240  # type: ignore[index]


def test_equal_values_make_equal_bytes_and_it_is_drawn_once() -> None:
    snapshot = drawn_alert().snapshot
    first, again = trend.trend_of(snapshot), trend.trend_of(snapshot)

    assert first is not None
    assert again is not None
    assert first.drawn() is again.drawn()


def test_another_picture_is_another_mail_to_be_written_anew() -> None:
    warning = drawn_alert()
    row, (day,) = outbox.delivery(warning), month_ends(40)[-8:-7]
    before = messages.fingerprint(row)
    assert messages.fingerprint(row) == before

    Band.objects.create(snapshot=warning.snapshot, part="years", days=[day], low=[1], high=[99], stored_at=make.NOW)

    assert messages.fingerprint(row) != before


def test_staff_see_the_picture_in_the_outbox_and_nothing_from_outside() -> None:
    page = shown(outbox.delivery(drawn_alert())).page

    assert page.count("<img") == page.count('<img src="data:image/png;base64,') == 1


@pytest.mark.parametrize("kind", ["correction", "withdrawal"])
def test_what_takes_a_warning_back_has_no_picture(kind: str) -> None:
    back = drawn_alert(kind=kind, corrects=high())

    assert "<img" not in both(outbox.delivery(back))[1]


def test_a_mail_with_its_picture_is_shorter_than_what_programs_cut() -> None:
    long = "word " * 90
    warning = drawn_alert(what_changed=long, how_sure=long, not_known=long, can_be_done=long)

    assert len(messages.mail_for(outbox.delivery(warning)).as_bytes()) < 50_000 < 102_000
