"""Stylesheets joined into two: whole, in order, made for every set that a template names, and for the image too."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.test import Client

from r2p_dashboard import styles
from tests.conftest import ROOT

PARTS = ROOT / "static" / "css" / "parts"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LINK = re.compile(r"<link [^>]*>")
NOT_JOINED = {"noscript"}  # asked for inside <noscript> alone


def text_of(address: str) -> str:
    place = finders.find(address)
    assert isinstance(place, str), address
    return Path(place).read_text()


def bare(text: str) -> str:
    """A sheet without remarks and white space."""
    return re.sub(r"\s+", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def test_every_file_that_a_template_asks_for_is_made() -> None:
    asked = list(styles.addresses())

    assert styles.SITE in asked
    assert "css/page/alerts.machines.touch.css" in asked
    assert {one for one in asked if not finders.find(one)} == set()


def test_a_joined_file_has_its_sources_whole_and_in_order() -> None:
    whole = bare(text_of("css/page/alerts.machines.touch.css"))

    assert whole == "".join(bare((PARTS / f"{part}.css").read_text()) for part in ("alerts", "machines", "touch"))
    assert bare(text_of(styles.SITE)).startswith(bare((ROOT / "static/css/tokens.css").read_text()))


def test_every_part_is_used() -> None:
    used = {part for address in styles.addresses() for part in address.removesuffix(".css").split("/")[-1].split(".")}
    used |= {part.removeprefix("parts/") for part in styles.OF_SITE} | NOT_JOINED

    assert {place.stem for place in PARTS.glob("*.css")} - used == set()


def test_no_template_asks_for_a_part_alone() -> None:
    linked = {(place.name, part) for place in TEMPLATES for part in re.findall(r"css/parts/(\w+)", place.read_text())}

    assert {(name, part) for name, part in linked if part not in NOT_JOINED} == set()


@pytest.mark.parametrize("address", ["css/page/nothing.css", "css/page/..tokens.css", "css/page/a..b.css", "css/x.css"])
def test_what_is_not_there_is_not_made(address: str) -> None:
    assert finders.find(address) is None


def test_a_changed_source_changes_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = tmp_path / "parts" / "one.css"
    source.parent.mkdir()
    monkeypatch.setattr(styles, "_SOURCES", tmp_path)
    monkeypatch.setattr(styles, "FOLDER", tmp_path / "made")
    source.write_text("/* said\n here */\n.a {\n  color: red;\n}\n")
    place = styles.built("css/page/one.css")
    assert place is not None
    assert place.read_text() == ".a {\ncolor: red;\n}\n"

    source.write_text(".b {}\n")

    assert styles.built("css/page/one.css") == place
    assert place.read_text() == ".b {}\n"


def test_the_tag_names_the_file() -> None:
    said = Template('{% styles "charts" "world" %}').render(Context())

    assert said == '<link rel="stylesheet" href="/static/css/page/charts.world.touch.css">'


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("address", ["/", "/countries/MMR/", "/evidence/", "/factors/7/", "/alerts/", "/nothing-here/"])
def test_a_page_waits_for_two_stylesheets(client: Client, address: str) -> None:
    head = client.get(address).text.partition("</head>")[0]

    sheets = [link for link in LINK.findall(head) if 'rel="stylesheet"' in link and 'media="print"' not in link]
    assert len(sheets) == 2


def test_the_image_collects_them_with_a_digest_in_their_names(tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.template import Context, Template\n"
        "heavy = ['plotly', 'geo', 'admin', 'rest_framework', 'drf_spectacular_sidecar']  # a minute's work\n"
        "call_command('collectstatic', interactive=False, verbosity=0, ignore_patterns=heavy)\n"
        "print(Template('{% styles \"desk\" %}').render(Context()))\n"
    )
    env = {
        "DJANGO_SETTINGS_MODULE": "r2p_dashboard.settings", "SECRET_KEY": "collecting", "SECURE": "0",
        "STATIC_ROOT": str(tmp_path), "PATH": "",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=True
    )

    found = re.search(r'href="/static/(css/page/desk\.touch\.[0-9a-f]{12}\.css)"', done.stdout)
    assert found, done.stdout
    assert (tmp_path / found[1]).is_file()
    assert (tmp_path / f"{found[1]}.gz").is_file()
