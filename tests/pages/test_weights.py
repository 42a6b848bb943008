"""What a page weighs on the line before its plots, and that it asks nobody else for anything."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client

from indicators import assess
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
MOST = 60_000  # bytes, compressed, as docs/benchmarks.md has it
PAGES = (
    "/",
    "/countries/MMR/",
    "/compare/",
    "/compare/?countries=MMR,SDN,MLI,UKR,SSD",
    "/countries/MMR/factors/7/",
    "/countries/MMR/brief/",
    "/factors/",
    "/factors/7/",
    "/indicators/7.14/",
    "/evidence/",
    "/alerts/",
    "/signals/",
    "/method/",
    "/sources/",
    "/search/?q=a b",
)
PARTS = re.compile(r'<(?:link rel="stylesheet"|script|img)[^>]*? (?:href|src)="([^"]+)"')
LOADED = re.compile(
    r'<(?:link rel="(?:stylesheet|icon|preload)|script|img|iframe|source|video)[^>]*? (?:href|src|srcset)="([^"]+)"'
)


def full() -> None:
    """A country with thirty pieces of evidence."""
    cache.clear()
    for number in range(30):
        make.accepted(indicator=make.indicator(["7.14", "2.3", "1.1", "4.2", "5.7"][number % 5]), event_key=f"{number}")
    assess.score_all(at=make.NOW, day=make.TODAY)


def weight_of(address: str) -> int:
    path = finders.find(address.removeprefix("/static/").partition("?")[0])
    assert isinstance(path, str), address
    return len(gzip.compress(Path(path).read_bytes()))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_with_its_styles_and_scripts_is_light(client: Client, address: str) -> None:
    full()

    page = client.get(address, headers={"Accept-Encoding": "gzip"})
    text = gzip.decompress(page.content).decode()
    parts = {found for found in PARTS.findall(text) if "plotly" not in found}

    assert page["Content-Encoding"] == "gzip"
    assert parts
    assert len(page.content) + sum(map(weight_of, parts)) <= MOST


@pytest.mark.parametrize("address", PAGES)
def test_a_page_loads_nothing_from_another_host(client: Client, address: str) -> None:
    loaded = LOADED.findall(client.get(address).text)

    assert loaded
    assert all(found.startswith(("/static/", "data:")) for found in loaded), loaded
