"""The frame of a mail in the reader's language; what an alert says stays as it was released."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from django.utils import translation
from django.utils.translation import trans_real
from pytest_django import Settings

from alerts import messages
from alerts.messages import languages
from alerts.models import Alert, Delivery, MailSettings
from countries.models import Country
from indicators.models.score import Level
from people.models import User
from people.permissions import Role
from r2p_dashboard.local import phrases
from tests import make
from tests.alerts import outbox
from tests.alerts.mails import as_read, both, high

pytestmark = pytest.mark.usefixtures("reference")


def french() -> User:
    person = make.person(Role.FOCAL_POINT)
    MailSettings.objects.create(person=person, language="fr", changed_at=make.NOW)
    return person


def to_french(**fields: object) -> Delivery:
    rule = outbox.subscription(french(), is_everywhere=False, regions=[15])
    rule.countries.set([make.country("TCD")])
    return outbox.delivery(high(iso3="SDN", **fields), to=rule)


def test_a_french_reader_reads_the_frame_in_french_and_the_warning_as_it_was_released() -> None:
    text, page = both(to_french(what_changed="From A to B."))

    for said in ("ÉLEVÉ (HIGH) ↑ depuis ACCRU (ELEVATED)", "Soudan: Synthetic headline", "1 juillet 2024 à 12:00 UTC"):
        assert said in text
    assert "CE QUI A CHANGÉ\nFrom A to B." in text
    assert "Vous avez demandé des alertes dès ACCRU : Tchad et Afrique septentrionale." in text
    assert '<html lang="fr" dir="ltr">' in page
    assert '<p style="margin:0 0 8px" lang="en" dir="ltr">From A to B.</p>' in page


def test_the_head_is_in_french_too() -> None:
    mail = as_read(to_french())

    assert mail["Subject"] == "[ÉLEVÉ ↑] Soudan : Synthetic headline (confiance : moyenne)"
    assert mail["Content-Language"] == "fr, en"


@pytest.mark.parametrize("kind", ["rapid", "trigger", "blackout"])
def test_only_a_rise_has_an_arrow(kind: str) -> None:
    subject = messages.subject(high(kind=kind))

    assert "↑" not in subject
    assert subject.startswith(f"[HIGH, {languages.kind_word(kind)}] Myanmar: ")


@pytest.mark.parametrize(("kind", "mark"), [("correction", "HIGH, CORRECTION"), ("withdrawal", "WITHDRAWN")])
def test_what_takes_a_warning_back_says_so_first_and_answers_the_mail_that_its_person_got(kind: str, mark: str) -> None:
    got = outbox.delivery(high(), message_id="<the-very-mail@test.example>")
    said = "A report was forged."
    back = high(kind=kind, corrects=got.alert, what_changed=said, wrong=said, can_be_done="")
    row = outbox.delivery(back, to=outbox.asking(got))
    mail, (text, _) = as_read(row), both(row)

    assert mail["Subject"].startswith(f"[{mark}] ")
    assert mail["In-Reply-To"] == "<the-very-mail@test.example>"
    assert mail["References"].endswith("@r2p.example> <the-very-mail@test.example>")
    assert "WHAT WAS WRONG\nA report was forged." in text
    assert "WHAT CAN BE DONE" not in text


def test_all_warnings_of_a_situation_are_one_thread_and_those_of_another_are_not() -> None:
    one, other, apart = (as_read(outbox.delivery(high(iso3=iso3))) for iso3 in ("MMR", "MMR", "SDN"))

    assert one["In-Reply-To"] == other["In-Reply-To"] != apart["In-Reply-To"]
    assert one["Message-ID"] != other["Message-ID"]


@pytest.mark.parametrize(
    ("purpose", "begin", "said"),
    [
        ("reminder", "Reminder: [HIGH", "A reminder: nobody of your office"),
        ("escalation", "Unanswered: [HIGH", "it is your turn"),
        ("passed_on", "Passed on to you: [HIGH", "passed it on to you"),
    ],
)
def test_a_mail_that_is_not_the_first_says_why_it_comes(purpose: str, begin: str, said: str) -> None:
    row = outbox.delivery(high(), purpose=purpose)

    assert as_read(row)["Subject"].startswith(begin)
    assert all(said in body for body in both(row))


def test_every_level_kind_and_confidence_has_a_word() -> None:
    assert set(languages.LEVELS) == set(Level)
    assert set(languages.KINDS) == set(Alert.Kind)
    assert set(languages.CONFIDENCE) == set(Alert.Confidence)
    assert {str(level.label) for level in Level} == set(languages.LEVELS.values())


def test_every_country_has_a_french_name() -> None:
    with translation.override("fr"):
        named = {row.iso3: languages.country_name(row) for row in Country.objects.all()}

    assert (named["COD"], named["PSE"], named["MMR"]) == (
        "République démocratique du Congo", "État de Palestine", "Myanmar",
    )  # fmt: skip
    assert {name for name in named.values() if "(" in name or not name} == set()


@pytest.fixture
def arabic(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A frame from right to left, of one string."""
    folder, catalog = tmp_path / "ar" / "LC_MESSAGES", Catalog(locale="ar")
    catalog.add("How sure", "ثقة")
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(phrases.compiled(catalog))
    monkeypatch.setattr(trans_real, "_translations", {})
    settings.LOCALE_PATHS = [tmp_path]


@pytest.mark.usefixtures("arabic")
def test_a_frame_from_right_to_left_runs_so_and_leaves_english_words_as_they_run() -> None:
    row = outbox.delivery(high(what_changed="From A to B."))
    _, page = messages.bodies(row, language="ar")

    assert '<html lang="ar" dir="rtl">' in page
    assert "<body" in page
    assert ">ثقة</h2>" in page
    assert 'lang="en" dir="ltr">From A to B.</p>' in page
    assert "padding:0 22px 0 0" not in page or "padding:0 0 0 22px" not in page


def test_without_a_translation_a_frame_is_english_from_left_to_right() -> None:
    assert languages.direction_of("ar") == "ltr"
    person = make.person(Role.FOCAL_POINT)
    MailSettings.objects.create(person=person, language="ar", changed_at=make.NOW)
    assert languages.language_of(person) == "en"
