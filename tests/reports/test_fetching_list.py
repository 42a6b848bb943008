"""The shipped list of sources: it can be loaded anywhere, again and again, and touches nothing that staff changed."""

import datetime as dt
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reports.fetching import due
from reports.models import Source
from reports.models.source import KEY_NAME
from reports.readers import MEASURES, READERS
from reports.readers.inform_risk import INFORM
from reports.readers.ucdp_country_year import UCDP
from reports.readers.unhcr_population import UNHCR
from reports.source_keeping import refused_address
from reports.source_loading import FILE, SourceFileError, load_sources
from tests import make

pytestmark = pytest.mark.django_db
FIELDS = tuple(field.attname for field in Source._meta.concrete_fields)


@pytest.fixture(autouse=True)
def none_there() -> None:
    Source.objects.all().delete()


def test_every_source_of_the_list_is_off_and_says_why() -> None:
    assert load_sources() == Source.objects.fetched().count() == len(tomllib.loads(FILE.read_text("utf-8"))["source"])
    assert not Source.objects.filter(is_on=True).exists()
    assert not due(at=make.NOW)
    assert all(source.off_because for source in Source.objects.all())


def test_every_source_of_the_list_can_be_fetched_and_read_here() -> None:
    load_sources()

    for source in Source.objects.all():
        address = urlsplit(source.address)
        assert (source.slug, address.scheme, address.port, address.username) == (source.slug, "https", None, None)
        assert source.reader in READERS
        assert bool(source.credential) == (source.reader == "reliefweb-v2")
        assert not refused_address(source.address)
        assert not source.credential or KEY_NAME.fullmatch(source.credential)


def test_the_six_languages_of_the_united_nations_are_there() -> None:
    load_sources()

    assert set(Source.objects.values_list("language", flat=True)) == {"ar", "en", "es", "fr", "ru", "zh"}


def test_every_source_of_the_list_says_why_its_grade_whom_to_ask_and_what_it_misses() -> None:
    load_sources()

    for source in Source.objects.all():
        assert all((source.reliability_reason, source.contact, source.known_bias, source.licence, source.terms_note))
        assert source.review_on is not None
        assert source.review_on > dt.date(2026, 11, 30)


def test_each_dataset_of_the_list_is_the_source_that_its_reader_names() -> None:
    load_sources()
    slugs = dict(Source.objects.filter(reader__in=MEASURES).values_list("reader", "slug"))

    assert slugs == {"ucdp-country-year": UCDP.slug, "unhcr-population": UNHCR.slug, "inform-risk": INFORM.slug}


def test_a_source_from_before_gets_the_words_that_nobody_wrote_and_keeps_its_own() -> None:
    load_sources()
    Source.objects.update(known_bias="", contact="our own", reliability_reason="", review_on=None)
    Source.objects.filter(slug="reliefweb").update(reliability="B")

    load_sources()

    ours, other = Source.objects.get(slug="un-news-en"), Source.objects.get(slug="reliefweb")
    assert (bool(ours.known_bias), ours.contact, bool(ours.reliability_reason)) == (True, "our own", True)
    assert (other.reliability, other.reliability_reason) == ("B", "")


def test_what_staff_changed_stays_as_they_left_it() -> None:
    load_sources()
    changed = {
        "is_on": True,
        "off_because": "",
        "fetch_every": dt.timedelta(hours=3),
        "reliability": "C",
        "name": "Ours",
    }
    Source.objects.filter(slug="un-news-en").update(**changed)
    before = list(Source.objects.order_by("pk").values_list(*FIELDS))

    load_sources()

    assert list(Source.objects.order_by("pk").values_list(*FIELDS)) == before


def test_a_source_that_stood_without_an_address_gets_one_and_keeps_its_grade() -> None:
    standing = make.source(slug="un-news-en", name="As staff named it", reliability="C")

    load_sources()

    standing.refresh_from_db()
    assert (standing.name, standing.reliability, standing.is_on) == ("As staff named it", "C", False)
    assert (standing.reader, bool(standing.address)) == ("feed", True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('reader = "feed"', 'raeder = "feed"', "source un-news-en: found no reader; wanted all of"),
        ('language = "en"', 'language = "en"\ncolour = "red"', "found the unknown key colour"),
        ("https://news.un.org/feed", "javascript:news", "source un-news-en: Enter a valid URL"),
        ('off_because = "off', 'off_because = "" #', "source_that_is_off_says_why"),
    ],
)
def test_an_entry_that_cannot_stand_stops_the_loading_and_leaves_nothing(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(FILE.read_text("utf-8").replace(old, new, 1), "utf-8")

    with pytest.raises(SourceFileError, match=said):
        load_sources(path)
    assert not Source.objects.exists()
