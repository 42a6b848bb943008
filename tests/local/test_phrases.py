"""Mails and pages in other languages: nothing missing, nothing left over, nothing that only a machine has."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po
from django.conf import settings

from r2p_dashboard.local import phrases

FILES = [pytest.param(path, id=path.parent.parent.name) for path in phrases.files()]


def filled(text: str) -> set[str]:
    """The places in a string where something is put in."""
    return {part.partition(")")[0] for part in text.split("%(")[1:]}


def test_french_is_there() -> None:
    assert [path.parent.parent.name for path in phrases.files()] == ["fr"]


@pytest.mark.parametrize("path", FILES)
def test_every_string_of_a_mail_is_translated(path: Path) -> None:
    mails = phrases.mails()

    assert phrases.missing(phrases.read(path), mails) == set(), "run `python -m r2p_dashboard.local.phrases`, translate"
    assert len(mails) > 50


@pytest.mark.parametrize("path", FILES)
def test_no_translation_is_left_over(path: Path) -> None:
    known = {message.id for message in phrases.read(path) if message.id}

    assert known - phrases.mails() - phrases.pages() == set(), "run `python -m r2p_dashboard.local.phrases`"


def test_strings_of_pages_are_those_of_their_templates_their_tags_and_their_code() -> None:
    pages = phrases.pages()

    assert "No office has answered yet." in pages  # of a tag
    assert ("%(attempts)s try", "%(attempts)s tries") in pages  # of a block with a number
    assert "No webhook yet" in pages  # given to another template
    assert "“%(name)s”: %(why)s. Wanted one of the 195 States, by name or code." in pages  # of code
    assert len(pages) > 1500


def test_pages_are_shown_in_no_language_that_cannot_say_all_of_them() -> None:
    by_reader = "django.middleware.locale.LocaleMiddleware" in settings.MIDDLEWARE
    shown = {settings.LANGUAGE_CODE, *(code for code, _ in settings.LANGUAGES if by_reader)} - {"en"}
    whole = {
        path.parent.parent.name for path in phrases.files() if not phrases.missing(phrases.read(path), phrases.pages())
    }

    assert shown - whole == set()


@pytest.mark.parametrize("path", FILES)
def test_a_translation_fills_in_what_its_string_does(path: Path) -> None:
    wrong = {m.id for m in phrases.read(path) if m.id and filled(str(m.id)) != filled(str(m.string))}

    assert wrong == set()


@pytest.mark.parametrize("path", FILES)
def test_the_compiled_file_is_that_of_the_readable_one(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == phrases.compiled(phrases.read(path))


def test_an_update_keeps_translations_adds_what_is_new_and_drops_what_nobody_says(tmp_path: Path) -> None:
    path, before = tmp_path / "django.po", Catalog(locale="fr")
    before.add("kept", "gardé")
    before.add("gone", "parti")
    before.add(("one day", "many days"), ("un jour", "des jours"))
    before.add("of a page", "d’une page")
    with path.open("wb") as file:
        write_po(file, before)

    wanted: set[phrases.Said] = {"kept", "new", ("one day", "many days")}
    assert phrases.update(path, wanted, kept={"of a page", "of another page"}) == 1

    after = {message.id: message.string for message in phrases.read(path) if message.id}
    assert after.pop("of a page") == "d’une page"
    assert after == {"kept": "gardé", "new": "", ("one day", "many days"): ("un jour", "des jours")}
    assert path.with_suffix(".mo").is_file()
