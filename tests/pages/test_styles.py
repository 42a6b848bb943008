"""A page carries its stylesheet: whole, in order, allowed by its digest alone; pages without a request have a file."""

import base64
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client, RequestFactory

from r2p_dashboard import styles
from tests.conftest import ROOT

CSS = ROOT / "static" / "css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LINK = re.compile(r'<link rel="stylesheet"(?![^>]*media="print")[^>]*>')
OWN = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
POLICY = "Content-Security-Policy"
NOT_JOINED = {"noscript"}  # asked for inside <noscript> alone


def bare(text: str) -> str:
    """A sheet without remarks and white space."""
    return re.sub(r"\s+", "", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def policy_of(policy: str) -> list[str]:
    """What styles a policy of contents allows."""
    said = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    return said["style-src"]


def test_a_sheet_has_its_sources_whole_and_in_order() -> None:
    sources = (*styles.OF_SITE, "parts/alerts", "parts/machines", styles.LAST)

    whole = bare(styles.sheet_of(("alerts", "machines")).text)

    assert whole == "".join(bare((CSS / f"{source}.css").read_text()) for source in sources)


def test_every_set_that_a_template_asks_for_can_be_made() -> None:
    asked = list(styles.named())

    assert ("alerts", "machines") in asked
    assert all("</style" not in styles.sheet_of(parts).text for parts in asked)


def test_every_part_is_used() -> None:
    used = {part for parts in styles.named() for part in parts}
    used |= {part.removeprefix("parts/") for part in (*styles.OF_SITE, styles.LAST)} | NOT_JOINED

    assert {place.stem for place in (CSS / "parts").glob("*.css")} - used == set()


def test_no_template_asks_for_a_part_alone() -> None:
    linked = {(place.name, part) for place in TEMPLATES for part in re.findall(r"css/parts/(\w+)", place.read_text())}

    assert {(name, part) for name, part in linked if part not in NOT_JOINED} == set()


def test_a_part_that_is_not_there_is_named() -> None:
    with pytest.raises(styles.UnknownStyleError, match=r"found no static/css/parts/nothing\.css"):
        styles.sheet_of(("nothing",))


def test_a_changed_source_changes_the_sheet_and_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = tmp_path / "one.css"
    monkeypatch.setattr(styles, "_SOURCES", tmp_path)
    monkeypatch.setattr(styles, "FOLDER", tmp_path / "made")
    monkeypatch.setattr(styles, "OF_SITE", ("one",))
    monkeypatch.setattr(styles, "LAST", "one")
    source.write_text("/* said\n here */\n.a {\n  color: red;\n}\n")
    before = styles.sheet_of(())
    assert before.text == ".a {\ncolor: red;\n}\n" * 2
    assert styles.site_file().read_text() == before.text

    source.write_text(".b {}\n")

    after = styles.sheet_of(())
    assert after.text == ".b {}\n" * 2
    assert after.source != before.source
    assert styles.site_file().read_text() == after.text


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("address", ["/", "/countries/MMR/", "/evidence/", "/factors/7/", "/alerts/", "/nothing-here/"])
def test_a_page_waits_for_no_stylesheet(client: Client, address: str) -> None:
    answer = client.get(address)
    (own,) = OWN.findall(answer.text)

    assert LINK.findall(answer.text.partition("</head>")[0]) == []
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert policy_of(answer[POLICY]) == ["'self'", f"'sha256-{digest}'"]


@pytest.mark.usefixtures("reference")
def test_an_answer_without_a_page_allows_no_style_in_it(client: Client) -> None:
    assert policy_of(client.get("/", headers={"hx-request": "true"})[POLICY]) == ["'self'"]


def test_what_a_view_allows_besides_stays_allowed() -> None:
    request, response = RequestFactory().get("/"), HttpResponse()
    response._csp_update = {"style-src": ["'sha256-b'"]}  # type: ignore[attr-defined]
    request.own_style = "'sha256-a'"  # type: ignore[attr-defined]

    styles.OwnStyles(lambda _: response)(request)

    assert policy_of(response[POLICY]) == ["'self'", "'sha256-b'", "'sha256-a'"]


def test_the_image_collects_the_file_for_pages_without_a_request(tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.templatetags.static import static\n"
        "heavy = ['plotly', 'geo', 'admin', 'rest_framework', 'drf_spectacular_sidecar']  # a minute's work\n"
        "call_command('collectstatic', interactive=False, verbosity=0, ignore_patterns=heavy)\n"
        "print(static('css/site.css'))\n"
    )
    env = {
        "DJANGO_SETTINGS_MODULE": "r2p_dashboard.settings", "SECRET_KEY": "collecting", "SECURE": "0",
        "STATIC_ROOT": str(tmp_path), "PATH": "",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=True
    )

    found = re.search(r"/static/(css/site\.[0-9a-f]{12}\.css)", done.stdout)
    assert found, done.stdout
    assert bare((tmp_path / found[1]).read_text()) == bare(styles.sheet_of(()).text)
    assert (tmp_path / f"{found[1]}.gz").is_file()
    assert isinstance(finders.find(styles.SITE), str)
