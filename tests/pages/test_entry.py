"""Entering evidence by hand."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators.models import Evidence
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Family, Passage, Report, Source
from tests import make
from tests.indicators import rescoring

pytestmark = [pytest.mark.usefixtures("reference")]


@pytest.fixture
def coder(client: Client) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


def typed(**changes: Any) -> dict[str, Any]:
    """What a coder types; the source must be there."""
    fields = {
        "country": "MMR", "indicator": "7.14", "source": "new", "new_source": "Synthetic Monitor",
        "new_source_licence": "made up", "new_source_reliability": "B", "family": "", "url": "https://monitor.test.example/1",
        "published_on": "2024-06-01", "locator": "page 3", "text": "A synthetic statement about nobody.",
        "severity": "3", "polarity": "1", "reliability": "", "credibility": "2", "event_on": "2024-05-01",
        "event_key": "mmr-synthetic-2024", "actor": "state", "claim": "alleged", "note": "made up for a test",
        "sensitivity": "0",
    }  # fmt: skip
    return fields | changes


def test_makes_source_report_passage_and_a_proposed_row(client: Client, coder: User) -> None:
    answer = client.post("/evidence/new/", typed(), follow=True)

    row = Evidence.objects.get()
    assert answer.redirect_chain[-1][0] == f"/evidence/{row.pk}/"
    assert "another person accepts it" in answer.text
    assert (row.status, row.coder, row.grade, row.family.slug) == ("proposed", coder, "B2", "synthetic-monitor")
    assert (row.passage.text, row.passage.locator) == ("A synthetic statement about nobody.", "page 3")
    assert row.passage.report.kind == Report.Kind.ENTRY
    assert row.known_at.date() == dt.date(2024, 6, 1)


def test_without_a_day_of_publication_it_is_known_on_the_installations_day(client: Client, coder: User) -> None:
    client.post("/evidence/new/", typed(published_on=""))

    assert Evidence.objects.get().known_at.date() == make.TODAY


def test_takes_a_source_of_the_list_and_another_body(client: Client, coder: User) -> None:
    source = make.source(reliability="C")

    client.post("/evidence/new/", typed(source=source.slug, new_source="", family="new", new_family="Panel of Nobody"))

    row = Evidence.objects.get()
    assert (row.passage.report.source, row.family.name, row.reliability) == (source, "Panel of Nobody", "C")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"severity": "7"}, "not in the list"),
        ({"severity": "-1"}, "not in the list"),
        ({"reliability": "Z"}, "not in the list"),
        ({"credibility": "9"}, "not in the list"),
        ({"new_source_reliability": "Z9"}, "not in the list"),
        ({"polarity": "0"}, "not in the list"),
        ({"country": "XXX"}, "not in the list"),
        ({"indicator": "99.9"}, "not in the list"),
        ({"sensitivity": "3"}, "not in the list"),
        ({"event_on": "2024-02-31"}, "which is no day"),
        ({"event_on": "0001-01-01"}, "wanted a day from 1945-01-01 on"),
        ({"event_on": "2024-06-02"}, "which is after 2024-06-01"),
        ({"event_on": "2024-07-01", "published_on": ""}, "the installation&#x27;s day"),
        ({"published_on": "2999-01-01"}, "in the future"),
        ({"text": "x" * 6001}, "Found 6001 characters; wanted at most 6000"),
        ({"text": "nul \x00 here"}, "NUL"),
        ({"note": "nul \x00 here"}, "NUL"),
        ({"text": "  "}, "wanted the sentences"),
        ({"url": "javascript:alert(1)"}, "valid URL"),
        ({"event_key": "Ünsinn!"}, "small letters"),
        ({"new_source": ""}, "since the source is new"),
        ({"family": "new", "new_family": ""}, "name of the body"),
        ({"note": ""}, "the reviewer decides by it"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_half_written(
    client: Client, coder: User, changes: dict[str, str], said: str
) -> None:
    answer = client.post("/evidence/new/", typed(**changes))

    assert answer.status_code == 400
    assert said in answer.text
    for model in (Evidence, Passage, Report, Source, Family):
        assert model.objects.count() == 0


def test_what_was_typed_is_kept_when_refused(client: Client, coder: User) -> None:
    answer = client.post("/evidence/new/", typed(severity="7"))

    assert "A synthetic statement about nobody." in answer.text
    assert "mmr-synthetic-2024" in answer.text


def test_the_same_twice_is_refused(client: Client, coder: User) -> None:
    client.post("/evidence/new/", typed())

    again = client.post("/evidence/new/", typed(source="synthetic-monitor", new_source="", is_another="on"))

    assert again.status_code == 409
    assert f">evidence {Evidence.objects.get().pk}</a>; nothing was saved twice" in again.text


def test_a_source_of_the_same_name_is_not_made_twice(client: Client, coder: User) -> None:
    client.post("/evidence/new/", typed())

    answer = client.post("/evidence/new/", typed(text="Other words.", is_another="on"))

    assert "a source of this name already" in answer.text
    assert Evidence.objects.count() == Source.objects.count() == 1


def test_explain_keeps_what_was_typed_and_says_what_the_indicator_means(client: Client, coder: User) -> None:
    answer = client.post("/evidence/new/", typed(explain="1", severity=""))

    assert answer.status_code == 200
    assert make.indicator("7.14").description in answer.text
    assert "A synthetic statement about nobody." in answer.text
    assert Evidence.objects.count() == 0


def test_the_address_fills_country_and_indicator(client: Client, coder: User) -> None:
    form = client.get("/evidence/new/?country=MMR&indicator=7.14")

    assert '<option value="MMR" selected>' in form.text
    assert make.indicator("7.14").description in form.text
    assert make.indicator("7.14").description in client.get("/evidence/new/indicator/?indicator=7.14").text
    assert client.get("/evidence/new/indicator/?indicator=%00").status_code == 200


def test_another_for_the_same_source_keeps_the_fields(client: Client, coder: User) -> None:
    client.post("/evidence/new/", typed())

    form = client.get(f"/evidence/new/?like={Evidence.objects.get().pk}")

    assert form.context["form"]["text"].value() == "A synthetic statement about nobody."
    assert form.context["form"]["source"].value() == "synthetic-monitor"
    assert form.context["form"]["event_on"].value() is None


def test_like_never_shows_what_the_coder_may_not_see(client: Client, coder: User) -> None:
    hidden = make.accepted(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    assert hidden.passage.text not in client.get(f"/evidence/new/?like={hidden.pk}&country=MMR").text


def test_offers_no_source_or_body_that_is_above_the_coders_clearance(client: Client, coder: User) -> None:
    strict = Sensitivity.STRICTLY_CONFIDENTIAL
    hidden = make.accepted(of=make.passage(make.report(sensitivity=strict)), sensitivity=strict)
    shown = make.accepted()

    form = client.get("/evidence/new/").text

    for row, is_offered in ((hidden, False), (shown, True)):
        assert (row.passage.report.source.name in form) is is_offered
        assert (row.family.name in form) is is_offered


def test_a_confidential_entry_is_confidential_down_to_its_report(client: Client, coder: User) -> None:
    client.post("/evidence/new/", typed(sensitivity="2"))

    row = Evidence.objects.get()
    assert (row.sensitivity, row.passage.report.sensitivity) == (2, 2)
    client.logout()
    assert "Synthetic Monitor" not in client.get("/sources/").text


@time_machine.travel("2024-06-20T00:00:00Z", tick=False)
def test_a_day_after_now_is_in_the_future_even_before_the_installations_day(client: Client, coder: User) -> None:
    assert "in the future" in client.post("/evidence/new/", typed(published_on="2024-06-21")).text


@pytest.mark.parametrize("role", [None, *Role])
def test_only_those_who_may_enter_reach_the_form(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))
    allowed = role in {Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}
    wanted = 200 if allowed else 302 if role is None else 403

    assert client.get("/evidence/new/").status_code == wanted
    assert client.get("/evidence/new/indicator/").status_code == wanted
    assert client.post("/evidence/new/", typed()).status_code == (302 if allowed else wanted)
    assert Evidence.objects.count() == int(allowed)


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(
    client: Client, coder: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make.accepted()

    with django_assert_max_num_queries(9):  # two of them for the session and the person
        client.get("/evidence/new/?country=MMR&indicator=7.14")


def test_help_and_last_values_stand_beside_the_form(client: Client, coder: User) -> None:
    row = make.accepted(event_key="mmr-known", note="What the last coder wrote")
    make.proposed()

    text = client.get("/evidence/new/?country=MMR&indicator=7.14").text

    assert "Belongs elsewhere" in text
    assert "One act of incitement as a trigger is 8.7" in text
    assert "Myanmar, 7.14 now" in text
    assert f'href="/evidence/{row.pk}/"' in text
    assert "What the last coder wrote" in text
    assert "1 proposed, 0 suggested by the machine" in text


def test_unknown_is_told_as_unknown_and_never_as_none(client: Client, coder: User) -> None:
    text = client.get("/evidence/new/indicator/?country=MMR&indicator=7.14").text

    assert "not assessed: nothing is known of it" in text
    assert "strength 0" not in text


def test_last_values_tell_the_score_once_it_is_computed(client: Client, coder: User) -> None:
    make.accepted()
    rescoring.run_all()

    text = client.get("/evidence/new/indicator/?country=MMR&indicator=7.14").text

    assert "of 100" in text
    assert "not assessed" not in text


def test_last_values_never_show_what_the_coder_may_not_see(client: Client, coder: User) -> None:
    hidden = make.accepted(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL, note="A hidden fact")

    for query in ("", "&event_on=2024-05-01"):
        text = client.get(f"/evidence/new/indicator/?country=MMR&indicator=7.14{query}").text
        assert "A hidden fact" not in text
        assert f"/evidence/{hidden.pk}/" not in text


@pytest.mark.parametrize(("day", "is_near"), [("2024-04-24", True), ("2024-05-08", True), ("2024-05-09", False)])
def test_a_near_twin_is_warned_of_before_saving(client: Client, coder: User, day: str, is_near: bool) -> None:
    row = make.accepted(event_on=dt.date(2024, 5, 1))

    answer = client.post("/evidence/new/", typed(event_on=day))

    assert (answer.status_code, Evidence.objects.count()) == ((409, 1) if is_near else (302, 2))
    assert (f"Evidence {row.pk}</a>, 1 May 2024" in answer.text) is is_near


def test_what_is_sent_twice_is_said_to_be_on_record(client: Client, coder: User) -> None:
    client.post("/evidence/new/", typed())
    row = Evidence.objects.get()

    for again in (typed(), typed(is_another="on")):
        answer = client.post("/evidence/new/", again)
        assert (answer.status_code, Evidence.objects.count()) == (409, 1)
        said = f'on record already: <a href="/evidence/{row.pk}/">evidence {row.pk}</a>; nothing was saved twice'
        assert said in answer.text


def test_what_is_near_says_at_the_top_that_nothing_was_saved(client: Client, coder: User) -> None:
    make.accepted(event_on=dt.date(2024, 5, 1))

    assert "Nothing was saved yet: near it stands 1 piece already" in client.post("/evidence/new/", typed()).text


def test_what_is_another_is_saved_beside_its_near_twin(client: Client, coder: User) -> None:
    make.accepted(event_on=dt.date(2024, 5, 1))

    answer = client.post("/evidence/new/", typed(is_another="on"))

    assert (answer.status_code, Evidence.objects.count()) == (302, 2)


def test_a_near_twin_that_is_hidden_is_no_warning(client: Client, coder: User) -> None:
    make.accepted(event_on=dt.date(2024, 5, 1), sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)

    assert client.post("/evidence/new/", typed()).status_code == 302
