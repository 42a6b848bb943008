"""Four eyes on the pages: what waits for a second reader, how two who disagree are shown, who settles."""

from typing import Any

import pytest
from django.test import Client

from indicators import deciding, second_reading
from indicators.models import Evidence, RescoreRequest
from people.models import User
from people.permissions import Role
from tests import make
from tests.suggested import suggestion

pytestmark = pytest.mark.usefixtures("reference")
OTHERWISE = {"verdict": "differs", "severity": "3", "indicator": "7.14", "reason": "one town only"}


@pytest.fixture
def first(db: None) -> User:
    return make.person(Role.REVIEWER, name="First Reader")


@pytest.fixture
def second(client: Client) -> User:
    person = make.person(Role.REVIEWER, name="Second Reader")
    client.force_login(person)
    return person


def read_once(by: User) -> Evidence:
    row = suggestion(severity=4)
    return deciding.accept(suggestion_id=row.pk, by=by, changes=None, at=make.NOW, installation_day=make.TODAY)


def disputed(first: User, second: User) -> Evidence:
    row = read_once(first)
    second_reading.disagree(
        evidence_id=row.pk, by=second, severity=3, indicator=row.indicator, counts=True, reason="one town only",
        at=make.NOW,
    )  # fmt: skip
    return row


def post(client: Client, row: Evidence, verb: str, **fields: Any) -> Any:
    return client.post(f"/evidence/{row.pk}/{verb}/", {"from": "review", **fields}, follow=True)


def status(row: Evidence) -> str:
    row.refresh_from_db()
    return row.status


def test_the_first_reader_is_told_that_it_waits(client: Client, first: User) -> None:
    client.force_login(first)
    row = suggestion(severity=4)

    assert "A second person reads it before it counts" in client.get("/suggestions/").text
    page = client.post(f"/suggestions/{row.pk}/accept/", follow=True)

    assert "It waits for a second reader" in page.text
    assert page.context["desk"].proposed == 1
    assert not RescoreRequest.objects.exists()


def test_the_second_finds_it_among_what_is_proposed_and_agrees(client: Client, first: User, second: User) -> None:
    row = read_once(first)

    page = client.get("/review/")
    assert page.context["current"] == row
    assert "It needs a second reader before it counts." in page.text
    assert "I read it the same: accept" in page.text
    assert f'action="/evidence/{row.pk}/reject/"' not in page.text
    post(client, row, "accept")

    assert status(row) == "accepted"
    assert "Read by two people; they agree." in client.get(f"/evidence/{row.pk}/").text


def test_the_second_disagrees_and_both_readings_stand_on_the_page(client: Client, first: User, second: User) -> None:
    row = read_once(first)

    page = post(client, row, "disagree", **OTHERWISE)

    assert "Kept: your reading" in page.text
    assert "two disagree" in page.text
    told = client.get(f"/evidence/{row.pk}/").text
    assert "Read by two people; they disagree on severity: 4 / 3. A third person settles it." in told
    for said in ("First Reader", "Second Reader", "one town only"):
        assert said in told


@pytest.mark.parametrize(
    "changes", [{"severity": "4"}, {"reason": ""}, {"severity": "x"}, {"indicator": "99.9"}, {"verdict": "no"}]
)
def test_a_reading_that_cannot_be_kept_is_told(
    client: Client, first: User, second: User, changes: dict[str, str]
) -> None:
    row = read_once(first)

    page = post(client, row, "disagree", **(OTHERWISE | changes))

    assert "Nothing was done. " in page.text
    assert not hasattr(Evidence.objects.get(), "second_reading")


def test_a_plain_rejection_of_what_two_read_is_not_taken(client: Client, first: User, second: User) -> None:
    row = read_once(first)

    page = post(client, row, "reject", reason="no such thing")

    assert "Two people read this one" in page.text
    assert status(row) == "proposed"


def test_neither_reader_is_offered_to_settle_and_a_publisher_is(client: Client, first: User, second: User) -> None:
    row = disputed(first, second)
    address = f"/review/?item={row.pk}"
    form = f'action="/evidence/{row.pk}/settle/"'

    assert form not in client.get(address).text
    client.force_login(make.person(Role.PUBLISHER))
    assert form in client.get(address).text
    page = post(client, row, "settle", stands="second", reason="I read it too")

    assert "Settled: evidence" in page.text
    became = Evidence.objects.get(status="accepted")
    assert (status(row), became.severity) == ("rejected", 3)


def test_how_it_was_settled_is_told_to_everybody_and_by_whom_to_staff(
    client: Client, first: User, second: User
) -> None:
    row = disputed(first, second)
    client.force_login(make.person(Role.PUBLISHER, name="Third Reader"))
    post(client, row, "settle", stands="first", reason="I read it too")

    told = client.get(f"/evidence/{row.pk}/").text
    client.logout()
    public = client.get(f"/evidence/{row.pk}/").text

    assert "they disagreed on severity: 4 / 3. A third settled it: the first reading stands." in public
    for name in ("First Reader", "Second Reader", "Third Reader", "one town only", "I read it too"):
        assert (name in told, name in public) == (True, False)


def test_the_row_that_a_second_reading_became_says_so(client: Client, first: User, second: User) -> None:
    row = disputed(first, second)
    client.force_login(make.person(Role.PUBLISHER))
    post(client, row, "settle", stands="second", reason="I read it too")

    page = client.get(f"/evidence/{Evidence.objects.get(status='accepted').pk}/").text

    assert "they disagreed on severity: 4 / 3. A third settled it: the second reading, this one, stands." in page
    assert f'href="/evidence/{row.pk}/"' in page


@pytest.mark.parametrize("role", Role)
def test_only_those_who_may_read_second_or_settle(client: Client, first: User, second: User, role: Role) -> None:
    row, other = read_once(first), disputed(first, second)
    client.force_login(make.person(role))

    reading = client.post(f"/evidence/{row.pk}/disagree/", OTHERWISE)
    settling = client.post(f"/evidence/{other.pk}/settle/", {"stands": "first", "reason": "read it"})

    reads, settles = role in {Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}, role in {Role.PUBLISHER, Role.ADMIN}
    assert (reading.status_code, settling.status_code) == (302 if reads else 403, 302 if settles else 403)
    assert hasattr(Evidence.objects.get(pk=row.pk), "second_reading") is reads


def test_a_coder_withdraws_their_own(client: Client) -> None:
    coder = make.person(Role.CODER)
    row = make.proposed(coder=coder)
    client.force_login(coder)

    assert f'action="/evidence/{row.pk}/withdraw/"' in client.get(f"/review/?item={row.pk}").text
    page = post(client, row, "withdraw", reason="a wrong day")

    assert "Withdrawn" in page.text
    assert status(row) == "rejected"


def test_the_page_of_evidence_tells_what_the_machine_had_suggested(client: Client, first: User, second: User) -> None:
    row = read_once(first)

    page = client.get(f"/evidence/{row.pk}/").text

    assert "who read it first; the machine suggested it for “" in page


@pytest.mark.parametrize("verb", ["disagree", "settle", "withdraw"])
def test_nothing_is_done_by_a_link_nor_on_what_is_not_there(client: Client, verb: str) -> None:
    client.force_login(make.person(Role.ADMIN))

    assert client.get(f"/evidence/1/{verb}/").status_code == 405
    assert client.post(f"/evidence/999999/{verb}/", {}).status_code == 404
