"""A model that uses embeddings: only where it is allowed, installed and the same; else the lexicon alone goes on.

What needs the package runs where the extra is installed: `make embeddings`, or `make test-full`.
"""

import dataclasses
import importlib.util
import logging
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from indicators import embedding, learning, model_in_use, training
from indicators.embedding import EmbeddingRefused, Encoder
from indicators.lexicon_keeping import LexiconRefused
from indicators.matching.head import EMBEDDED, FORM_EMBEDDED, LENGTH, LENGTHS, Head, HeadError
from indicators.models import ModelSwitch, SuggesterModel
from tests import lexicons, make
from tests.indicators.test_training import SIGNS, decide, found

IS_INSTALLED = importlib.util.find_spec("wordllama") is not None
with_extra = pytest.mark.skipif(not IS_INSTALLED, reason="the extra `embeddings` is not installed: make embeddings")
OTHER = Encoder("wordllama", "0.0.1", "0" * 64, "1" * 64)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on every installation without the extra."""
    monkeypatch.setattr(embedding, "PACKAGE", "a_package_that_nobody_installed")


def stored(encoder: Encoder = OTHER) -> SuggesterModel:
    """A model that uses embeddings, switched on as it would be, by somebody who could."""
    data: dict[str, Any] = {"form": FORM_EMBEDDED, "weights": [0.0] * LENGTHS[FORM_EMBEDDED], "intercept": -9.0}
    data |= {"threshold": 0.5, "encoder": dataclasses.asdict(encoder)}
    report = {"lexicon_alone": {}, "with_model": {}, "calibration": [], "uses": "embedding", "compared": {"words": {}}}
    model = SuggesterModel.objects.create(number=1, data=data, report=report, sha256="e" * 64, trained_at=make.NOW)
    ModelSwitch.objects.create(model=model, by=lexicons.publisher(), at=make.NOW, reason="it did better")
    return model


def examples(count: int = 120) -> list[learning.Example]:
    """Decisions that the first number of an embedding explains, and nothing else."""
    rows = []
    for number in range(count):
        is_right = number % 3 == 0
        vector = {LENGTH: 1.0 if is_right else -1.0, LENGTH + EMBEDDED - 1: 0.1}
        rows.append(learning.Example({0: 0.5, 1: 1.0, 2: 1.0} | vector, is_right, True, number))
    return rows


def test_the_report_shows_words_and_embeddings_side_by_side_and_the_model_names_its_encoder() -> None:
    made = learning.fit(examples(), encoder=dataclasses.asdict(OTHER))

    assert set(made.report["compared"]) == {"words", "embedding", "embedding and words"}
    assert made.report["uses"] == "embedding"
    assert made.report["with_model"] == made.report["compared"]["embedding"]
    assert made.report["with_model"]["f1"] > made.report["compared"]["words"]["f1"]
    assert made.data["form"] == FORM_EMBEDDED
    assert len(made.data["weights"]) == LENGTH + EMBEDDED
    assert not any(made.data["weights"][16:LENGTH])
    assert made.data["encoder"] == dataclasses.asdict(OTHER)


def test_without_an_encoder_nothing_of_it_is_in_the_model_or_its_report() -> None:
    rows = [
        dataclasses.replace(one, features={at: value for at, value in one.features.items() if at < LENGTH})
        for one in examples()
    ]
    made = learning.fit(rows)

    assert set(made.data) == {"form", "weights", "intercept", "threshold"}
    assert not {"uses", "compared"} & set(made.report)


def test_a_head_embeds_a_passage_once_and_refuses_to_go_without() -> None:
    data = {"form": FORM_EMBEDDED, "weights": [0.0] * LENGTHS[FORM_EMBEDDED], "intercept": 0.0, "threshold": 0.5}
    with pytest.raises(HeadError, match="nobody who embeds"):
        Head.of(data)

    assert Head.of(data, embedding.embed).embed is embedding.embed


@pytest.mark.django_db
@pytest.mark.usefixtures("reference", "no_package")
def test_without_the_package_training_goes_on_with_words_and_says_so(settings: Settings) -> None:
    decide()
    call_command("train_suggester", stdout=StringIO())
    settings.SUGGESTER_EMBEDDINGS, out = True, StringIO()
    call_command("train_suggester", stdout=out)

    assert "wanted the extra `embeddings`: install it (uv sync --extra embeddings)" in out.getvalue()
    assert "model 1 stands already" in out.getvalue()
    assert SuggesterModel.objects.get().data["form"] == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_with_the_setting_off_such_a_model_is_refused_and_the_lexicon_goes_on(
    settings: Settings, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SUGGESTER_TRAINED = True
    model_in_use._tell.cache_clear()  # it is told once a process
    stored()
    with caplog.at_level(logging.WARNING):
        assert {row.model_id for row in found(f"{SIGNS[0].format('Anywhere')}, residents said.")} == {None}
    client.force_login(lexicons.publisher())

    assert "model 1 is switched on and not used: found SUGGESTER_EMBEDDINGS off; wanted on" in caplog.text
    assert (
        "cannot be used, so the lexicon alone suggests: found SUGGESTER_EMBEDDINGS off" in client.get("/lexicon/").text
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("reference", "no_package")
def test_without_the_package_such_a_model_is_refused_when_used_and_when_switched_on(settings: Settings) -> None:
    settings.SUGGESTER_TRAINED = settings.SUGGESTER_EMBEDDINGS = True
    stored()

    assert model_in_use.learned() == model_in_use.Learned()
    assert "found no package" in model_in_use.refusal(model_in_use.last_switch())
    with pytest.raises(LexiconRefused, match="wanted the extra `embeddings`"):
        model_in_use.switch(number=1, reason="try", by=lexicons.publisher(), at=make.NOW)


def test_the_site_loads_nothing_of_the_extra() -> None:
    code = (
        "import sys, django; django.setup(); import r2p_dashboard.urls, r2p_dashboard.celery, indicators.tasks, "
        "indicators.training, indicators.views.lexicon.trying; "
        "print({'wordllama', 'tokenizers', 'safetensors', 'huggingface_hub'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "set()"


@with_extra
def test_an_embedding_is_of_length_one_and_always_the_same() -> None:
    one = embedding.embed("Gunmen raided the village and killed traders.")
    embedding.embed("Something else, in between.")

    assert len(one) == EMBEDDED
    assert sum(value * value for value in one) == pytest.approx(1)
    assert embedding.embed("Gunmen raided the village and killed traders.") == one
    assert embedding.embed("") == (0.0,) * EMBEDDED


@with_extra
def test_what_means_alike_lies_closer_than_what_does_not() -> None:
    def likeness(one: str, other: str) -> float:
        return sum(a * b for a, b in zip(embedding.embed(one), embedding.embed(other), strict=True))

    raid = "Gunmen raided the village and killed traders."
    assert likeness(raid, "Armed men attacked a hamlet, murdering merchants.") > likeness(
        raid, "The ministry opened a new school of music."
    )


@with_extra
def test_other_weights_are_refused_and_the_same_of_another_release_are_not() -> None:
    here = embedding.found()
    with pytest.raises(EmbeddingRefused, match=r"found wordllama .* wanted wordllama 0\.0\.1 .*: install that release"):
        embedding.embed_as(dataclasses.asdict(OTHER))
    with pytest.raises(EmbeddingRefused, match="does not name its encoder in full"):
        embedding.embed_as({"package": "wordllama"})

    assert embedding.embed_as(dataclasses.asdict(here) | {"version": "9.9"}) is embedding.embed


@with_extra
def test_it_needs_no_network_and_runs_none_of_the_package_s_code(tmp_path: Path) -> None:
    code = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise AssertionError('the network was asked for')\n"
        "socket.socket = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from indicators import embedding\n"
        "print(len(embedding.embed('Gunmen raided the village.')), "
        "{'wordllama', 'requests', 'huggingface_hub', 'httpx2'} & set(sys.modules))"
    )
    env = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    said = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True)

    assert said.stdout.split() == [str(EMBEDDED), "set()"]
    assert list(tmp_path.iterdir()) == []  # no cache


@with_extra
@pytest.mark.django_db
@pytest.mark.usefixtures("reference")
def test_decisions_are_learned_from_with_embeddings_and_the_model_judges(settings: Settings) -> None:
    settings.SUGGESTER_TRAINED = settings.SUGGESTER_EMBEDDINGS = True
    decide()
    out = StringIO()
    call_command("train_suggester", stdout=out)
    call_command("train_suggester", stdout=out)
    model = SuggesterModel.objects.get()
    model_in_use.switch(number=model.number, reason="try", by=lexicons.publisher(), at=make.NOW)
    told = "in a film that opens on Friday, actors said"
    film = f"{SIGNS[0].format('Anywhere')}, {told}. {SIGNS[1].format('Elsewhere')}, {told}."

    assert model.data["encoder"] == dataclasses.asdict(embedding.found())
    assert model.report["with_model"]["f1"] > model.report["lexicon_alone"]["f1"]
    assert "a model with words: precision" in out.getvalue()
    assert "the model uses embedding" in out.getvalue()
    assert found(film) == []
    assert {row.model_id for row in found(f"{SIGNS[0].format('Anywhere')}, residents and doctors said.")} == {model.pk}
    settings.SUGGESTER_EMBEDDINGS = False
    assert {row.model_id for row in found(f"{film} It is loud.")} == {None}


@with_extra
def test_the_setting_decides_whether_training_embeds(settings: Settings) -> None:
    assert training.encoder_allowed() is None
    settings.SUGGESTER_EMBEDDINGS = True
    assert training.encoder_allowed() == embedding.found()
