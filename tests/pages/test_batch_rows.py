"""What a row of a batch says: what was really read, what came in what, and what waits at the desk."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import suggesting
from indicators.models import Suggestion
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from reports.models import Report
from reports.nesting import DEPTH_MAX
from tests import make
from tests.pages.test_batch import drop
from tests.reports import documents
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def coder(client: Client, bell: Bell) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


SPEAKING = b"Soldiers in Myanmar shot and killed forty civilians in the village on 3 May 2024, the mission said."
SILENT = b"The weather in Myanmar was fair all week, and the made-up market opened at seven."


def searched(client: Client, files: dict[str, bytes]) -> str:
    """The batch's page, when a worker has read and searched everything."""
    address = drop(client, files)
    suggesting.suggest_waiting(at=clock.now())
    return client.get(address).text


def test_a_row_says_how_many_suggestions_wait_and_leads_to_them(client: Client, coder: User) -> None:
    page = searched(client, {"speaking.txt": SPEAKING, "silent.txt": SILENT})

    waiting = Suggestion.objects.waiting()
    report = Report.objects.get(suggestion_runs__suggestions_count__gt=0)
    said = f"{waiting.count()} suggestion{'s wait' if waiting.count() > 1 else ' waits'}"
    assert f'<a href="/suggestions/?report={report.pk}">{said}</a>' in page
    assert page.count("Searched, nothing suggested") == 1
    assert report.title in client.get(f"/suggestions/?report={report.pk}").text


def test_what_is_decided_waits_no_more(client: Client, coder: User) -> None:
    address = drop(client, {"speaking.txt": SPEAKING})
    suggesting.suggest_waiting(at=clock.now())
    Suggestion.objects.update(state=Suggestion.State.REJECTED)

    assert "all decided" in client.get(address).text


def test_the_page_asks_on_until_everything_is_searched(client: Client, coder: User) -> None:
    address = drop(client, {"silent.txt": SILENT})
    page = client.get(address)
    assert page.context["counts"].unsearched == 1
    assert "Not searched yet" in page.text
    assert f'hx-get="{address}?seen=' in page.text

    suggesting.suggest_waiting(at=clock.now())
    assert "hx-get" not in client.get(address).text


def test_only_what_has_words_counts_as_read(client: Client, coder: User) -> None:
    files = {"scan.pdf": documents.pdf([], pictures=[0]), "f.zip": documents.zipped({"inner.txt": SILENT})}
    counts = client.get(drop(client, files | {"broken.pdf": b"%PDF-1.7"})).context["counts"]

    assert (counts.files, counts.done, counts.unread, counts.opened, counts.failed) == (4, 1, 1, 1, 1)


def test_a_scan_whose_words_were_typed_counts_as_read(client: Client, coder: User) -> None:
    address = drop(client, {"scan.pdf": documents.pdf([], pictures=[0])})
    scan = Report.objects.get()
    client.post(f"/reports/{scan.pk}/type/", {"locator": "page 1", "text": "Typed words."})

    page = client.get(address)

    assert (page.context["counts"].done, page.context["counts"].unread) == (1, 0)
    assert f'href="/reports/{Report.objects.get(carrier=scan).pk}/">the words typed of it' in page.text
    assert "type its words" not in page.text


def test_a_zip_of_which_nothing_was_read_does_not_say_that_its_files_follow(client: Client, coder: User) -> None:
    nest = documents.zipped({"bottom.txt": SILENT})
    for layer in range(DEPTH_MAX):
        nest = documents.zipped({f"layer-{layer}.zip": nest})
    page = client.get(drop(client, {"outer.zip": nest})).text

    assert page.count("1 file of it below") == DEPTH_MAX
    assert page.count("none of its files was read") == 1


def test_what_came_in_a_file_stands_below_it_however_deep(client: Client, coder: User) -> None:
    letter = documents.with_attached(documents.mail("Made-up words."), annex_zip=documents.zipped({"deep.txt": SILENT}))
    bundle = documents.zipped({"letter.eml": letter, "last.txt": SPEAKING})
    page = client.get(drop(client, {"first.zip": bundle, "second.txt": b"Made-up words of a second file."}))

    placed = [(row.retrieval.file_name, row.retrieval.depth) for row in page.context["rows"]]
    assert placed == [
        ("first.zip", 0), ("letter.eml", 1), ("annex.zip", 2), ("deep.txt", 3), ("last.txt", 1), ("second.txt", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [3, 30])
def test_rows_with_suggestions_cost_no_query_more(
    client: Client, coder: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    files = {f"{number}.txt": SPEAKING + b" Number %d." % number for number in range(count)}
    address = drop(client, files)
    suggesting.suggest_waiting(at=clock.now())

    with django_assert_max_num_queries(11):
        client.get(address)
