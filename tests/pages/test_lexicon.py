"""The lexicon desk: what it shows, how a draft is edited, tested and published, and what it costs."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import lexicon_keeping, lexicon_testing
from indicators.models import LexiconDraft, LexiconEdit, LexiconPublication, LexiconTest
from people.models import User
from people.permissions import Role, Sensitivity
from tests import lexicons, make
from tests.lexicons import PASSAGE, PHRASE
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")
FORM = {"indicator": "7.14", "weight": "0.8", "severity": "3", "polarity": "risk", "phrases": PHRASE, "seen": "0"}


@pytest.fixture
def publisher(client: Client) -> User:
    person = make.person(Role.PUBLISHER)
    client.force_login(person)
    return person


def post(client: Client, address: str, **fields: Any) -> Any:
    return client.post(address, fields, follow=True)


def test_a_draft_goes_from_an_edit_over_a_test_to_use_and_back(client: Client, publisher: User) -> None:
    assert "No draft is open" in client.get("/lexicon/draft/").text
    post(client, "/lexicon/draft/begin/")
    page = post(client, "/lexicon/draft/en/new/", **FORM)
    assert "Kept in the draft." in page.text
    assert f"<ins><code>{PHRASE}</code></ins>" in page.text
    assert "There is nothing to test" not in page.text
    page = post(client, "/lexicon/draft/test/", passages="shipped")
    assert "Waits for a worker." in page.text
    lexicon_testing.run_waiting(at=make.NOW)
    assert "Factor by factor" in client.get(f"/lexicon/tests/{LexiconTest.objects.get().pk}/").text
    seen = client.get("/lexicon/draft/").context["publish_form"]["seen"].value()
    page = post(client, "/lexicon/draft/publish/", seen=seen, reason="wanted by the desk")
    assert "Version 2 is in use" in page.text
    page = post(client, "/lexicon/1/use/", reason="too many")
    assert "Version 1 is in use" in page.text
    assert [row.version.number for row in LexiconPublication.objects.order_by("pk")] == [1, 2, 1]


def test_a_wrong_phrase_is_told_with_what_was_wanted_and_nothing_is_kept(client: Client, publisher: User) -> None:
    lexicons.draft(publisher)
    answer = client.post("/lexicon/draft/en/new/", FORM | {"phrases": "good words\n(a|b"})

    assert answer.status_code == 400
    assert "Phrase 2: found a bracket that is not closed; wanted )." in answer.text
    assert LexiconEdit.objects.count() == 1


def test_an_edit_of_what_another_edited_meanwhile_is_told(client: Client, publisher: User) -> None:
    lexicons.draft(publisher)
    other = lexicons.edited(place=0)
    answer = client.post("/lexicon/draft/en/0/", FORM)

    assert answer.status_code == 409
    assert f"Found it edited by {other.by.name}" in answer.text


def test_an_entry_is_removed_and_that_is_undone(client: Client, publisher: User) -> None:
    lexicons.draft(publisher)
    page = post(client, "/lexicon/draft/en/0/", seen="0", remove="1")
    assert "Removed in the draft" in page.text
    edit = LexiconEdit.objects.order_by("-pk")[0]
    page = post(client, f"/lexicon/draft/edits/{edit.pk}/undo/")
    assert "Taken back." in page.text
    page = post(client, "/lexicon/draft/drop/")
    assert "is set aside" in page.text
    assert "Take up again" in page.text
    post(client, f"/lexicon/draft/{LexiconDraft.objects.get().pk}/take-up/")
    assert lexicon_keeping.open_draft() is not None


def test_publishing_untested_content_is_refused(client: Client, publisher: User) -> None:
    lexicons.draft(publisher)
    now = lexicon_keeping.open_draft()
    assert now is not None
    page = post(client, "/lexicon/draft/publish/", seen=now.sha256, reason="in a hurry")

    assert "Nothing was published. Found no finished test" in page.text


def test_a_file_of_labelled_passages_tests_the_draft(client: Client, publisher: User) -> None:
    lexicons.draft(publisher)
    line = json.dumps({"id": "mine", "text": PASSAGE, "factors": [7], "lang": "en"})
    file = SimpleUploadedFile("own.jsonl", line.encode())
    post(client, "/lexicon/draft/test/", passages="shipped", file=file, name="my set")
    lexicon_testing.run_waiting(at=make.NOW)
    page = client.get(f"/lexicon/tests/{LexiconTest.objects.get().pk}/").text

    assert "my set" in page
    assert PASSAGE in page
    bad = SimpleUploadedFile("bad.jsonl", b'{"text": "x"}')
    answer = client.post("/lexicon/draft/test/", {"passages": "shipped", "file": bad})
    assert answer.status_code == 400
    assert "Line 1: found no list of factors" in answer.text


def test_a_test_on_decisions_shows_no_passage_above_its_readers_clearance(client: Client) -> None:
    client.force_login(make.person(Role.REVIEWER))
    report = make.report(text=PASSAGE, language="en", sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    suggestion(make.passage(report), code="7.14", state="accepted")
    test = lexicons.asked("decisions")
    lexicon_testing.run_waiting(at=make.NOW)
    page = client.get(f"/lexicon/tests/{test.pk}/").text

    assert PHRASE not in page
    assert "You may not see this passage." in page


def test_a_text_is_tried_with_the_version_in_use_and_the_draft(client: Client, publisher: User) -> None:
    lexicons.draft(publisher)
    page = client.post("/lexicon/try/", {"text": PASSAGE, "language": "en"})

    in_use, draft = (len(one.fired) for one in page.context["readings"])
    assert draft == in_use + 1
    assert f"<mark>{PHRASE}</mark>" in page.text
    assert "Found no text" in client.post("/lexicon/try/", {"text": ""}).text


def test_entries_are_found_by_words_and_by_factor(client: Client, publisher: User) -> None:
    page = client.get("/lexicon/1/?q=civil+war")
    assert "civil war" in page.text
    page = client.get("/lexicon/1/?language=fr&factor=2")
    assert {group.code.partition(".")[0] for group in page.context["found"]} == {"2"}
    assert client.get("/lexicon/1/?language=xx&factor=99").status_code == 200
    assert client.get("/lexicon/99/").status_code == 404


def test_a_reviewer_sees_and_changes_nothing(client: Client) -> None:
    client.force_login(make.person(Role.REVIEWER))
    lexicons.draft()

    assert "Edit<" not in client.get("/lexicon/draft/").text
    for address in (
        "draft/begin/",
        "draft/drop/",
        "draft/publish/",
        "draft/test/",
        "1/use/",
        "model/",
        "again/1/drop/",
    ):
        assert client.post(f"/lexicon/{address}").status_code == 403


@pytest.mark.parametrize("count", [1, 12])
def test_the_pages_ask_few_queries_however_much_there_is(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    lexicons.published(publisher)
    lexicons.draft(publisher)
    for place in range(count):
        lexicons.edited(publisher, place=place)
    lexicons.asked()
    for address in ("", "1/", "2/", "draft/", "draft/en/0/", "try/", "again/", "tests/1/"):
        test = LexiconTest.objects.order_by("-pk")[0].pk
        with django_assert_max_num_queries(14):
            assert client.get(f"/lexicon/{address.replace('tests/1', f'tests/{test}')}").status_code == 200
