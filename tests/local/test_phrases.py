"""The frames of mails in other languages: nothing missing, nothing left over, nothing that only a machine has."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po

from r2p_dashboard.local import phrases

FILES = [pytest.param(path, id=path.parent.parent.name) for path in phrases.files()]


def filled(text: str) -> set[str]:
    """The places in a string where something is put in."""
    return {part.partition(")")[0] for part in text.split("%(")[1:]}


def test_french_is_there() -> None:
    assert [path.parent.parent.name for path in phrases.files()] == ["fr"]


@pytest.mark.parametrize("path", FILES)
def test_every_string_is_translated_and_none_is_left_over(path: Path) -> None:
    catalog = phrases.read(path)
    known = {message.id: message for message in catalog if message.id}

    assert phrases.said() - set(known) == set(), "run `python -m r2p_dashboard.local.phrases`, then translate"
    assert set(known) - phrases.said() == set(), "run `python -m r2p_dashboard.local.phrases`"
    assert {text for text, message in known.items() if not phrases.is_translated(message) or message.fuzzy} == set()
    assert len(known) > 50


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
    with path.open("wb") as file:
        write_po(file, before)

    assert phrases.update(path, {"kept", "new", ("one day", "many days")}) == 1

    after = {message.id: message.string for message in phrases.read(path) if message.id}
    assert after == {"kept": "gardé", "new": "", ("one day", "many days"): ("un jour", "des jours")}
    assert path.with_suffix(".mo").is_file()
