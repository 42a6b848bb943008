"""Search: what is found by which words, and that nothing hidden is."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.permissions import Role
from r2p_dashboard.search.finding import excerpt
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
WORDS = "Synthetic words about quarrelsome lighthouses stand here for a test."


def codes(client: Client, words: str) -> list[str]:
    return [country.iso3 for country in client.get("/search/", {"q": words}).context["found"].of("countries")]


@pytest.mark.parametrize(
    "words",
    ["Myanmar", "myanmar", "MMR", "mm", "104", "Burma", "Birmanie", "Мьянма", "缅甸", "ميانمار", "Mya", "myanm"],
)
def test_a_country_is_found_by_any_name_and_code(client: Client, words: str) -> None:
    assert codes(client, words)[0] == "MMR"


@pytest.mark.parametrize(("words", "iso3"), [("Myanmra", "MMR"), ("Sudn", "SDN"), ("Kolombia", "COL")])
def test_a_mistyped_country_is_offered_as_a_question(client: Client, words: str, iso3: str) -> None:
    page = client.get("/search/", {"q": words})

    assert iso3 in [country.iso3 for country in page.context["found"].of("countries")]
    assert "Did you mean" in page.text


def test_every_word_must_begin_a_word_of_the_name(client: Client) -> None:
    assert {"SDN", "SSD"} <= set(codes(client, "sud"))
    assert codes(client, "republic south sud") == ["SSD"]


@pytest.mark.parametrize("words", ["7.14", "hate speech", "hate speeech"])
def test_indicators_are_found_by_number_and_words(client: Client, words: str) -> None:
    found = client.get("/search/", {"q": words}).context["found"].of("indicators")

    assert found
    assert found[0].code == "7.14" or "speech" in f"{found[0].label} {found[0].description}".casefold()


@pytest.mark.parametrize("words", ["lighthouses", "lighthouse", "quarrelsome lighthouses", "quarelsome"])
def test_evidence_is_found_by_the_words_of_its_passage(client: Client, words: str) -> None:
    accepted = make.accepted(of=make.passage(text=WORDS, end=len(WORDS)))

    page = client.get("/search/", {"q": words})

    assert [piece.evidence.pk for piece in page.context["found"].of("evidence")] == [accepted.pk]
    assert f'href="/evidence/{accepted.pk}/"' in page.text


def test_all_words_must_stand_in_it(client: Client) -> None:
    make.accepted(of=make.passage(text=WORDS, end=len(WORDS)))

    assert client.get("/search/", {"q": "lighthouses zebras"}).context["found"].of("evidence") == []


def test_hidden_evidence_is_found_by_nobody_who_may_not_see_it(client: Client) -> None:
    hidden = make.confidential(of=make.passage(text=WORDS, end=len(WORDS)))

    page = client.get("/search/", {"q": "lighthouses"})
    assert page.context["found"].of("evidence") == []
    assert "quarrelsome" not in page.text

    client.force_login(make.person(Role.CODER))
    pieces = client.get("/search/", {"q": "lighthouses"}).context["found"].of("evidence")
    assert [piece.evidence.pk for piece in pieces] == [hidden.pk]


def test_what_nobody_accepted_is_not_found(client: Client) -> None:
    make.proposed(of=make.passage(text=WORDS, end=len(WORDS)))
    client.force_login(make.person(Role.CODER))

    assert client.get("/search/", {"q": "lighthouses"}).context["found"].of("evidence") == []


def test_released_alerts_are_found_and_drafts_are_not(client: Client) -> None:
    released = outbox.alert(headline="Quarrelsome lighthouses")
    outbox.alert(iso3="SDN", state="draft", headline="Quarrelsome lighthouses of a draft")

    page = client.get("/search/", {"q": "lighthouses"})

    assert [alert.pk for alert in page.context["found"].of("alerts")] == [released.pk]


@pytest.mark.parametrize("words", ["", " ", "\x00"])
def test_without_words_the_page_says_what_can_be_found(client: Client, words: str) -> None:
    page = client.get("/search/", {"q": words})

    assert page.status_code == 200
    assert "found" not in page.context
    assert "Small mistypings are forgiven" in page.text


@pytest.mark.parametrize(("words", "said"), [("q", "wanted at least 2"), ("q" * 101, "wanted at most 100")])
def test_too_little_and_too_much_is_said(client: Client, words: str, said: str) -> None:
    assert said in client.get("/search/", {"q": words}).text


@pytest.mark.parametrize("words", ["<script>", "%%", "''; --", "_\\%", "(((", "🙂🙂", "zzzzqqq"])
def test_odd_words_find_nothing_and_break_nothing(client: Client, words: str) -> None:
    page = client.get("/search/", {"q": words})

    assert page.status_code == 200
    assert "<script>" not in page.text.split("<main", 1)[1]


def test_the_palette_gets_the_results_alone(client: Client) -> None:
    page = client.get("/search/", {"q": "Myanmar"}, headers={"HX-Request": "true"})

    assert "<html" not in page.text
    assert 'href="/countries/MMR/"' in page.text
    assert "HX-Request" in page["Vary"]


def test_links_keep_the_day_that_is_looked_at(client: Client) -> None:
    page = client.get("/search/", {"q": "Myanmar", "as_of": "2023-05-01"})

    assert "/countries/MMR/?as_of=2023-05-01" in page.text


def test_a_search_takes_few_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        make.accepted(of=make.passage(text=f"{WORDS} {number}", end=len(WORDS) + 2))

    with django_assert_max_num_queries(8):
        client.get("/search/", {"q": "lighthouses"})


def test_an_excerpt_shows_the_word_in_its_place() -> None:
    text = f"{'before ' * 40}the Lighthouses{' after' * 40}"

    shown = excerpt(text, ["lighthouses"])

    assert shown.found == "Lighthouses"
    assert shown.before.startswith("…before")
    assert shown.after.endswith("after…")
    assert len(f"{shown.before}{shown.found}{shown.after}") < 260
