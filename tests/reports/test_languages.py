"""The language of a text: among those in use, another only beyond doubt, unknown rather than guessed."""

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.languages import UN_LANGUAGES, UNKNOWN, detected, language_name, settled

SAID = {
    "en": "Families from the hill villages told the made-up commission that their grain was carried away at night.",
    "fr": "Les familles des villages ont raconté à la commission imaginaire que leurs récoltes avaient été emportées.",
    "es": "Las familias de las aldeas contaron a la comisión imaginaria que se habían llevado sus cosechas de noche.",
    "ar": "قالت العائلات في القرى للجنة المتخيلة إن محاصيلها نقلت ليلا ولم يعد منها شيء",
    "ru": "Семьи из деревень рассказали вымышленной комиссии, что их урожай увезли ночью.",
    "zh": "村里的家庭告诉虚构的委员会，他们的粮食在夜里被人运走了。",
}
OTHER = {
    "de": "Die Familien aus den Dörfern erzählten der erfundenen Kommission, dass ihre Ernte nachts verschwunden sei.",
    "uk": "Родини із сіл розповіли вигаданій комісії, що їхній врожай вивезли вночі.",
    "my": "ရွာသားတွေက သူတို့ရဲ့ စပါးတွေကို ညတွင်းချင်း သယ်ဆောင်သွားတယ်လို့ ပြောကြားခဲ့ကြပါတယ်။",
    "sw": "Familia za vijiji ziliiambia tume ya kubuni kwamba mavuno yao yalichukuliwa usiku na watu wasiojulikana.",
}


@pytest.mark.parametrize("language", SAID)
def test_each_language_in_use_is_found_and_sure(language: str) -> None:
    assert (detected(SAID[language]).language, detected(SAID[language]).is_sure) == (language, True)
    assert settled(SAID[language], "") == (language, "found")
    assert settled(SAID[language], language) == (language, "said")


@pytest.mark.parametrize("language", OTHER)
def test_another_language_is_named_and_not_forced_into_one_in_use(language: str) -> None:
    assert detected(OTHER[language]).language == language
    assert settled(OTHER[language], "en") == (language, "corrected")
    assert settled(OTHER[language], language) == (language, "said")


@pytest.mark.parametrize(
    "text", ["", "Fled at night.", "0 1 2 3 4 5 6 7 8 9" * 9, "ABC DEF GHI", "粮食被运走", "x" * 99]
)
def test_what_is_too_short_or_no_language_is_unknown(text: str) -> None:
    assert settled(text, "") == (UNKNOWN, "found")
    assert settled(text, "fr") == ("fr", "said"), "nothing speaks against who published it"


def test_a_short_text_in_a_language_that_is_not_in_use_is_unknown() -> None:
    assert detected("As famílias da aldeia contaram que fugiram.").language == UNKNOWN


def test_a_sure_detector_wins_against_the_publisher_and_an_unsure_one_does_not() -> None:
    assert settled(SAID["fr"], "en") == ("fr", "corrected")
    assert settled("Les familles ont fui la nuit.", "en") == ("en", "said")
    assert settled(SAID["fr"], "fr-CA") == ("fr-CA", "said")
    assert settled(SAID["fr"], UNKNOWN) == ("fr", "found")


def test_a_text_in_a_script_of_its_own_needs_few_letters() -> None:
    assert settled("Семьи покинули деревню", "en") == ("ru", "corrected")


def test_capitals_and_codes_between_do_not_mislead() -> None:
    assert detected(SAID["en"].upper()).language == "en"
    assert detected(f"A/HRC/99/1 {SAID['es']} S/2024/1 (OCHA, UNHCR)").language == "es"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.sampled_from([*UN_LANGUAGES, "", "und", "de", "zh-Hant"]))
def test_any_text_has_an_answer(text: str, said: str) -> None:
    language, by = settled(text, said)

    assert language
    assert by in {"said", "found", "corrected"}


def test_a_hundred_thousand_characters_cost_no_more_than_the_first_few() -> None:
    detected(SAID["en"])
    start = time.process_time()
    detected("a" * 5_000_000 + SAID["en"])

    assert time.process_time() - start < 3


def test_the_model_is_not_loaded_before_it_is_asked_for() -> None:
    code = "import sys, reports.subjects; sys.exit('py3langid' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_languages_have_names() -> None:
    assert [language_name(code) for code in ("fr", "zh-Hant", "und", "xx")] == [
        "French", "Chinese", "unknown language", "xx",
    ]  # fmt: skip
