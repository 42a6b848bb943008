"""The desk says where the text of a passage stands in another report, and what was accepted there."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.permissions import Role
from reports.models import Passage
from tests import make
from tests.reports.texts import cluster, report, text, words
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def reprint(client: Client) -> Passage:
    """A passage of a report whose text came before, signed in as a reviewer."""
    first, second = report(text(words(1))), report(text(["wire"], words(1)))
    make.accepted(of=make.passage(first))
    cluster()
    client.force_login(make.person(Role.REVIEWER))
    return make.passage(second)


def test_a_reprint_names_the_other_report_and_what_was_accepted_there(client: Client, reprint: Passage) -> None:
    suggestion(reprint, code="7.14")

    page = client.get("/suggestions/")

    same = page.context["same_text"]
    assert [(mate.accepted) for mate in same.mates] == [1]
    assert [twin.indicator.code for twin in same.twins] == ["7.14"]
    assert b"In the record already" in page.content


def test_what_was_accepted_of_another_sign_is_no_twin(client: Client, reprint: Passage) -> None:
    suggestion(reprint, code="2.3")

    assert client.get("/suggestions/").context["same_text"].twins == []


def test_a_report_by_itself_costs_no_query_more(
    client: Client, reprint: Passage, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    suggestion()

    with django_assert_max_num_queries(10):
        page = client.get("/suggestions/")

    assert page.context["same_text"] is None
