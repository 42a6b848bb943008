"""Learning from decisions: refused under a minimum, judged on unseen reports, unused until it is switched on."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from indicators import model_in_use, suggesting, training
from indicators.lexicon_keeping import LexiconRefused
from indicators.matching.head import LENGTH, Head, HeadError
from indicators.models import ModelSwitch, SuggesterModel, Suggestion
from people.permissions import Role
from tests import lexicons, make
from tests.indicators.test_suggesting import waiting_report
from tests.suggested import suggestion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SIGNS = ("Gunmen raided the village of {} and killed traders", "Soldiers shelled the market of {} for hours")


def decide(reports: int = 110) -> None:
    """Made-up decisions with a pattern that can be learned: what a film tells is never accepted."""
    for number in range(reports):
        is_film = number % 2 == 0
        told = "in a film that opens on Friday, actors said" if is_film else "residents and doctors said"
        text = f"{SIGNS[0].format(f'Place{number}')}, {told}. {SIGNS[1].format(f'Town{number}')}, {told}."
        passage = make.passage(make.report(text=text, language="en"))
        for code in ("11.1", "13.1"):
            suggestion(passage, code=code, state="rejected" if is_film else "accepted")


def trained() -> SuggesterModel:
    decide()
    return training.train(at=make.NOW)[0]


def test_too_few_decisions_are_refused_with_what_is_wanted() -> None:
    decide(3)
    with pytest.raises(CommandError, match=r"found .* decided signs .* wanted 200, of each answer 40, from 20 reports"):
        call_command("train_suggester")

    assert not SuggesterModel.objects.exists()


def test_a_model_is_stored_as_plain_data_with_its_report_and_once() -> None:
    out = StringIO()
    decide()
    call_command("train_suggester", stdout=out)
    call_command("train_suggester", stdout=out)
    model = SuggesterModel.objects.get()

    assert len(json.loads(json.dumps(model.data))["weights"]) == LENGTH
    assert model.report["accepted"] + model.report["rejected"] == model.report["examples"]
    assert model.report["with_model"]["f1"] > model.report["lexicon_alone"]["f1"]
    assert sum(one["count"] for one in model.report["calibration"]) == model.report["examples"]
    assert "It is not in use." in out.getvalue()
    assert "stands already" in out.getvalue()


def found(text: str) -> list[Suggestion]:
    report = waiting_report(text, countries_said=["SDN"])
    suggesting.suggest_waiting(at=make.NOW)
    return list(Suggestion.objects.filter(passage__report=report))


def test_it_judges_only_where_it_is_allowed_and_switched_on(settings: Settings) -> None:
    model, by = trained(), lexicons.publisher()
    film = f"{SIGNS[0].format('Anywhere')}, in a film that opens on Friday, actors said."
    alone = found(film)
    assert alone
    assert {row.model_id for row in alone} == {None}
    with pytest.raises(LexiconRefused, match="SUGGESTER_TRAINED off"):
        model_in_use.switch(number=model.number, reason="try", by=by, at=make.NOW)

    settings.SUGGESTER_TRAINED = True
    assert len(found(f"{film} It is long.")) == len(alone)
    model_in_use.switch(number=model.number, reason="try", by=by, at=make.NOW)
    assert found(f"{film} It is loud.") == []
    said = found(f"{SIGNS[0].format('Anywhere')}, residents and doctors said.")
    assert {row.model_id for row in said} == {model.pk}
    model_in_use.switch(number=None, reason="back", by=by, at=make.NOW)
    assert len(found(f"{film} It is old.")) == len(alone)


def test_a_reviewer_switches_nothing(settings: Settings) -> None:
    settings.SUGGESTER_TRAINED = True
    with pytest.raises(LexiconRefused, match="your role may not"):
        model_in_use.switch(number=1, reason="try", by=make.person(Role.REVIEWER), at=make.NOW)

    assert not ModelSwitch.objects.exists()


@pytest.mark.parametrize("data", [{}, {"form": 0, "weights": [0.0] * LENGTH}, {"form": 1, "weights": [1.0]}])
def test_a_model_of_another_form_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(HeadError, match="train a new one"):
        Head.of(data)


def test_with_the_setting_off_no_query_is_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert model_in_use.learned() == model_in_use.Learned()


def test_the_page_shows_models_and_the_switch(client: Any, settings: Settings) -> None:
    settings.SUGGESTER_TRAINED = True
    model = trained()
    client.force_login(lexicons.publisher())
    assert f'<option value="{model.number}">model {model.number}</option>' in client.get("/lexicon/").text
    page = client.post("/lexicon/model/", {"model": str(model.number), "reason": "it does better"}, follow=True)

    assert f"Model {model.number} is on" in page.text
    assert "Nothing was changed" in client.post("/lexicon/model/", {"model": "x", "reason": "no"}, follow=True).text
