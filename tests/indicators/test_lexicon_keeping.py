"""Versions of the lexicon, its draft and its publication: nothing untested is in use, and all can go back."""

import pytest
from django.db import DatabaseError, transaction

from indicators import lexicon_keeping, lexicon_testing, suggesting
from indicators.lexicon_keeping import LexiconRefused
from indicators.matching import editing
from indicators.models import LexiconPublication, LexiconTest, LexiconVersion, Suggestion, SuggestionRun
from people.permissions import Role
from tests import lexicons, make
from tests.lexicons import PASSAGE
from tests.suggested import suggestion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def searched(text: str = PASSAGE) -> list[Suggestion]:
    report = make.report(text=text, language="en", countries_said=["MMR"])
    make.passage(report)
    suggesting.suggest_waiting(at=make.NOW)
    return list(Suggestion.objects.filter(passage__report=report))


def test_the_shipped_files_are_a_version_once_and_in_use() -> None:
    again = lexicon_keeping.load_shipped(at=make.NOW)

    assert LexiconVersion.objects.get() == again
    assert LexiconPublication.objects.get().version == again
    assert lexicon_keeping.in_use().label == again.label


def test_a_published_draft_suggests_at_once_and_its_suggestions_say_so() -> None:
    assert searched() == []
    made = lexicons.published()
    found = searched(PASSAGE + " Nobody else was there.")

    assert [row.indicator.code for row in found] == ["7.14"]
    assert (
        found[0].lexicon
        == made.version.label
        == f"{LexiconVersion.objects.get(number=1).label}+{made.version.draft.pk}"
    )
    assert SuggestionRun.objects.order_by("-pk")[0].lexicon == made.version.label


def test_an_earlier_version_comes_back_in_one_step() -> None:
    lexicons.published()
    lexicon_keeping.put_to_use(number=1, reason="too many", by=lexicons.publisher(), at=make.NOW)

    assert lexicon_keeping.in_use().number == 1
    assert searched() == []
    with pytest.raises(LexiconRefused, match="in use already"):
        lexicon_keeping.put_to_use(number=1, reason="again", by=lexicons.publisher(), at=make.NOW)


def test_what_people_published_is_not_replaced_by_new_files_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    lexicons.published()
    files = editing.shipped()
    monkeypatch.setattr(editing, "shipped", lambda: files | {"fr": files["fr"] + "# new\n"})
    version = lexicon_keeping.load_shipped(at=make.NOW)

    assert (version.number, lexicon_keeping.in_use().number) == (3, 2)


def test_a_draft_is_published_only_as_it_was_tested() -> None:
    lexicons.draft()
    by = lexicons.publisher()
    now = lexicon_keeping.open_draft()
    assert now is not None
    with pytest.raises(LexiconRefused, match="test it first"):
        lexicon_keeping.publish(seen=now.sha256, reason="wanted", by=by, at=make.NOW)
    lexicons.asked()
    lexicon_testing.run_waiting(at=make.NOW)
    lexicons.edited(by, phrases=["another phrase"])
    with pytest.raises(LexiconRefused, match="changed since"):
        lexicon_keeping.publish(seen=now.sha256, reason="wanted", by=by, at=make.NOW)
    later = lexicon_keeping.open_draft()
    assert later is not None
    with pytest.raises(LexiconRefused, match="test it first"):
        lexicon_keeping.publish(seen=later.sha256, reason="wanted", by=by, at=make.NOW)


def test_a_test_of_a_draft_that_was_changed_since_says_so() -> None:
    waiting = lexicons.asked()
    lexicons.edited(phrases=["another phrase"])
    lexicon_testing.run_waiting(at=make.NOW)

    assert LexiconTest.objects.get(pk=waiting.pk).failure == lexicon_testing.CHANGED


def test_two_people_at_one_entry_are_told() -> None:
    lexicons.draft()
    first = lexicons.edited(place=0)
    with pytest.raises(LexiconRefused, match=f"edited by {first.by.name}"):
        lexicons.edited(place=0)

    assert lexicons.edited(place=0, seen=first.pk).pk > first.pk


def test_edits_are_taken_back_from_the_latest_on() -> None:
    lexicons.draft()
    by = lexicons.publisher()
    first = lexicons.edited(by, place=0)
    second = lexicons.edited(by, place=0, seen=first.pk, severity=1)
    with pytest.raises(LexiconRefused, match="later edit"):
        lexicon_keeping.undo_edit(edit_id=first.pk, by=by, at=make.NOW)
    lexicon_keeping.undo_edit(edit_id=second.pk, by=by, at=make.NOW)
    lexicon_keeping.undo_edit(edit_id=first.pk, by=by, at=make.NOW)

    now = lexicon_keeping.open_draft()
    assert now is not None
    assert [one.is_new for one in now.differences] == [True]


def test_a_draft_that_was_set_aside_can_be_taken_up_and_there_is_one_at_a_time() -> None:
    by = lexicons.publisher()
    draft = lexicons.draft(by)
    with pytest.raises(LexiconRefused, match="open already"):
        lexicon_keeping.begin(by=by, at=make.NOW)
    lexicon_keeping.drop(by=by, at=make.NOW)
    assert lexicon_keeping.open_draft() is None
    lexicon_keeping.take_up(draft_id=draft.pk, by=by)

    now = lexicon_keeping.open_draft()
    assert now is not None
    assert len(now.differences) == 1


def test_a_reviewer_changes_nothing_and_a_wrong_phrase_is_refused() -> None:
    lexicons.draft()
    with pytest.raises(LexiconRefused, match="your role may not"):
        lexicons.edited(make.person(Role.REVIEWER))
    with pytest.raises(LexiconRefused, match=r"phrase 1: .*wanted \)"):
        lexicons.edited(phrases=["(a|b"])


def test_versions_and_publications_are_never_rewritten() -> None:
    for row in (LexiconVersion.objects.get(), LexiconPublication.objects.get()):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(reason="otherwise")


def test_decisions_are_labels_but_those_of_a_bulk_are_not() -> None:
    passage = make.passage()
    suggestion(passage, code="7.14", state="accepted")
    suggestion(passage, code="2.3", state="rejected")
    suggestion(passage, code="8.4")
    found = list(lexicon_testing.decided_passages())

    assert [(one.factors, one.judged) for one in found] == [(frozenset({7}), frozenset({7, 2}))]
