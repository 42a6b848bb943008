"""Pages about reports of the same text: what a reader sees, what a reviewer decides and takes back."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from people.permissions import Role, Sensitivity
from reports import joining
from reports.models import ClusterDecision, ClusterMember, Report, TextPair
from reports.views.alike_of import share_in_words
from tests import make
from tests.reports.texts import cluster, report, text, words

pytestmark = pytest.mark.usefixtures("reference")
BASE = words(1)
LIST = "/reports/possible-updates/"


def asked(number: int = 1, **fields: Any) -> tuple[Report, Report]:
    own = words(number)
    first = report(text(own), title=f"First {number}", published_on=dt.date(2024, 5, 1))
    second = report(text(own[:150], words(1000 + number, 150)), title=f"Second {number}", **fields)
    cluster()
    return first, second


def reprinted(**fields: Any) -> tuple[Report, Report]:
    first = report(text(BASE), title="The original", published_on=dt.date(2024, 5, 1), **fields)
    second = report(text(["wire"], BASE), title="The reprint")
    cluster()
    return first, second


def reviewer(client: Client) -> Client:
    client.force_login(make.person(Role.REVIEWER))
    return client


def test_a_reader_sees_who_carries_the_same_text_and_as_whom_it_counts(client: Client) -> None:
    first, second = reprinted()

    page = client.get(f"/reports/{second.pk}/").text

    assert f'href="/reports/{first.pk}/"' in page
    assert f"as <strong>{first.source.family.name}</strong>, whose report came first" in page
    assert "Join it with" not in page
    assert "Take this report out" not in page


def test_who_may_not_see_the_original_is_told_of_no_other(client: Client) -> None:
    first, second = reprinted(sensitivity=Sensitivity.CONFIDENTIAL)

    page = client.get(f"/reports/{second.pk}/").text

    assert "The original" not in page
    assert "Reports of the same text" not in page
    assert first.source.family.name not in page


def test_what_waits_is_listed_and_filtered_and_the_empty_list_says_what_it_is(client: Client) -> None:
    reviewer(client)
    assert "Nothing waits." in client.get(LIST).text

    _, second = asked()

    page = client.get(LIST)
    assert "Second 1" in page.text
    assert "about half (" in page.text
    assert "Second 1" in client.get(f"{LIST}?source={second.source.slug}").text
    assert "No pair of reports passes" in client.get(f"{LIST}?source={make.source().slug}").text
    assert "No pair of reports passes" in client.get(f"{LIST}?state=decided").text
    assert 'Possible updates <span class="tag num">1</span>' in client.get("/review/").text


def test_a_pair_is_shown_with_what_both_share_marked(client: Client) -> None:
    asked()

    page = reviewer(client).get(f"{LIST}{TextPair.objects.get().pk}/").text

    assert page.index("Earlier: ") < page.index("First 1") < page.index("Later: ")
    assert 0 < page.count("is-shared") < page.count("beside-passage")


@pytest.mark.parametrize(("verdict", "one"), [("same", True), ("update", True), ("different", False)])
def test_a_reviewer_decides_and_takes_it_back(client: Client, verdict: str, one: bool) -> None:
    first, second = asked()
    address = f"{LIST}{TextPair.objects.get().pk}/"

    answer = reviewer(client).post(address, {"verdict": verdict, "reason": "read both"}, follow=True)
    assert "Look at it, or take it back" in answer.text
    assert (second.pk in joining.together_with(first.pk)) is one

    undo = f"/reports/decisions/{ClusterDecision.objects.get().pk}/undo/"
    assert undo in client.get(f"/reports/{second.pk}/").text
    assert undo in client.get(address).text
    assert "Taken back" in client.post(undo, follow=True).text
    assert TextPair.objects.get().state == "waiting"


def test_a_decision_without_a_reason_is_refused_in_words(client: Client) -> None:
    asked()

    answer = reviewer(client).post(f"{LIST}{TextPair.objects.get().pk}/", {"verdict": "same", "reason": ""})

    assert answer.status_code == 400
    assert TextPair.objects.get().state == "waiting"


def test_a_report_is_taken_out_and_joined_again_by_its_address(client: Client) -> None:
    first, second = reprinted()
    own = ClusterMember.objects.get(report=second).cluster_id
    reviewer(client)

    client.post(f"/reports/{second.pk}/split/", {"cluster": own, "reason": "not the same"})
    assert joining.cluster_of(second.pk) is None

    page = client.post(
        f"/reports/{second.pk}/join/",
        {"other": f"https://dash.test.example/reports/{first.pk}/?x=1#alike", "verdict": "same", "reason": "it is"},
        follow=True,
    )
    assert "Saved: the same text" in page.text
    assert joining.cluster_of(second.pk) == joining.cluster_of(first.pk)


@pytest.mark.parametrize(
    ("form", "words_"),
    [
        ({"other": "no number", "verdict": "same", "reason": "why"}, "Found no report&#x27;s number in it"),
        ({"other": "999999", "verdict": "same", "reason": "why"}, "report 999999: found none that you may see"),
        ({"other": "1", "verdict": "same", "reason": "x"}, "at least 3 characters"),
    ],
)
def test_a_join_that_cannot_be_is_refused_in_words(client: Client, form: dict[str, str], words_: str) -> None:
    one = report(text(BASE))

    answer = reviewer(client).post(f"/reports/{one.pk}/join/", form, follow=True)

    assert "Nothing was saved." in answer.text
    assert words_ in answer.text


def test_who_may_not_decide_changes_nothing(client: Client) -> None:
    first, second = asked()
    pair = TextPair.objects.get()
    client.force_login(make.person(Role.CODER))

    assert "a reviewer decides" in client.get(f"{LIST}{pair.pk}/").text
    for address in (f"/reports/{first.pk}/split/", f"/reports/{second.pk}/join/", "/reports/decisions/1/undo/"):
        assert client.post(address, {"reason": "made up"}).status_code == 403
    client.post(f"{LIST}{pair.pk}/", {"verdict": "same", "reason": "made up"})
    assert TextPair.objects.get().state == "waiting"


def test_a_pair_with_a_closed_report_is_not_even_there(client: Client) -> None:
    asked(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    assert "Nothing waits." in reviewer(client).get(LIST).text
    assert client.get(f"{LIST}{TextPair.objects.get().pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 12])
def test_queries_do_not_grow(client: Client, count: int, django_assert_max_num_queries: Any) -> None:
    for number in range(count):
        asked(number * 7 + 1)
    for number in range(count):
        report(text([f"head{number}"], words(1)), title=f"Reprint {number}")
    cluster()
    shown = Report.objects.get(title="First 1")
    reviewer(client)

    for address, most in ((LIST, 7), (f"{LIST}{TextPair.objects.waiting().first().pk}/", 12)):  # type: ignore[union-attr]
        with django_assert_max_num_queries(most, info=address):
            assert client.get(address).status_code == 200
    with django_assert_max_num_queries(14, info="report"):
        assert f"Reprint {count - 1}" in client.get(f"/reports/{shown.pk}/").text


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, "almost all (100 %)"), (0.88, "most (88 %)"), (0.67, "more than half (67 %)"), (0.49, "about half (49 %)"),
     (0.2, "a part (20 %)"), (0.0, "little (0 %)")],
)  # fmt: skip
def test_a_share_is_told_in_words(share: float, said: str) -> None:
    assert share_in_words(share).replace("\N{NO-BREAK SPACE}", " ") == said
