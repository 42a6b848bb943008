"""The way to another day, on each page that can be turned: a form without scripts that keeps all that was asked."""

import datetime as dt
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from pytest_django import Settings

from indicators import assess
from people.permissions import Role
from r2p_dashboard import clock
from r2p_dashboard.navigation import SAME_EVERY_DAY
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
DAY = "2024-05-01"
TURNED = (
    "/", "/countries/MMR/", "/countries/NAM/", "/countries/MMR/breakdown/", "/countries/MMR/what-if/", "/factors/",
    "/factors/7/", "/evidence/", "/evidence/{piece}/", "/sources/", "/corrections/", "/sensitivity/", "/search/?q=hate",
    "/reports/{report}/", "/compare/?countries=MMR,SDN",
)  # fmt: skip
DATED = {
    "world", "country", "country_breakdown", "country_change", "what_if", "factors", "factor", "evidence",
    "evidence_detail", "sources", "corrections", "sensitivity", "search", "report", "compare", "indicator",
}  # fmt: skip
FORM = re.compile(r'<form class="day-picker.*?</form>', re.DOTALL)


def full() -> dict[str, int]:
    piece = make.accepted(indicator=make.indicator("7.14"))
    make.accepted(indicator=make.indicator("2.3"), event_key="second", country=make.country("SDN"))
    assess.score_all(at=make.NOW, day=make.TODAY)
    return {"piece": piece.pk, "report": piece.passage.report_id}


def on_day(address: str) -> str:
    """A page of a site with evidence, turned to DAY in hindsight."""
    return address.format(**full()) + ("&" if "?" in address else "?") + f"as_of={DAY}&known_at={make.TODAY}"


def kept(page: str) -> list[tuple[str, str]]:
    """Name and value of what the form sends beside the day."""
    (form,) = FORM.findall(page)
    return re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def is_dated(address: str) -> bool:
    """Whether it leads to a page of this site that shows a day."""
    if not address.startswith("/") or address.startswith("//"):
        return False
    try:
        return resolve(address.partition("?")[0].partition("#")[0]).url_name in DATED
    except Resolver404:
        return False


@pytest.mark.parametrize("address", TURNED)
def test_a_page_says_its_day_and_offers_today_and_another(client: Client, address: str) -> None:
    page = client.get(on_day(address))

    strip = page.text.partition('<aside id="as-of"')[2].partition("</aside>")[0]
    (form,) = FORM.findall(strip)
    back = unescape(re.findall(r'class="as-of-back[^"]*" href="([^"]*)"', strip)[0])
    assert '<time datetime="2024-05-01">1 May 2024</time>' in strip
    assert f'action="{page.request["PATH_INFO"]}"' in form
    assert f'value="{DAY}" min="{clock.EARLIEST}" max="{clock.now().date()}"' in form
    assert "A day from 1 January 1945 to" in form
    assert "as_of" not in back
    assert "known_at" not in back


@pytest.mark.parametrize("address", [*TURNED, "/method/", "/status/"])
def test_every_link_and_form_of_a_turned_page_keeps_the_day(client: Client, address: str) -> None:
    main = main_of(client.get(on_day(address)).text)

    links = [unescape(found) for found in re.findall(r'<a\b[^>]*? href="([^"]+)"', main)]
    forms = re.findall(r'<form\b[^>]*method="get".*?</form>', main, re.DOTALL)
    assert any(map(is_dated, links)) or forms
    assert [one for one in links if is_dated(one) and "as_of=" not in one] == []
    assert [one[:200] for one in forms if 'name="as_of"' not in one] == []


def test_the_form_keeps_filters_and_leaves_the_page_of_the_list(client: Client) -> None:
    asked = "?country=MMR&text=a%22%3Cb&page=2&as_of=2024-04-01&known_at=2024-04-02&q="

    found = kept(client.get(f"/evidence/{asked}").text)

    assert found == [("country", "MMR"), ("text", "a&quot;&lt;b")]


def test_a_parameter_that_is_given_twice_is_kept_twice(client: Client) -> None:
    full()
    changes = "a=7.3,B2,4,2024-05-01,-,x&a=7.3,B2,4,2024-05-02,-,y"

    found = kept(client.get(f"/countries/MMR/what-if/?{changes}").text)

    assert [name for name, _ in found] == ["a", "a"]


@pytest.mark.parametrize("address", ["/", "/countries/MMR/", "/factors/7/", "/evidence/?country=MMR"])
@pytest.mark.parametrize("day", ["banana", "1944-12-31", "9999-01-01", "2024-02-30"])
def test_a_day_that_is_none_is_refused_with_a_form_for_another(client: Client, address: str, day: str) -> None:
    page = client.get(address + ("&" if "?" in address else "?") + f"as_of={day}")

    assert page.status_code == 400
    (form,) = FORM.findall(main_of(page.text))
    assert f'action="{page.request["PATH_INFO"]}"' in form
    assert ('name="country" value="MMR"' in form) is ("country" in address)
    assert "wanted a day" in page.text


@pytest.mark.parametrize("name", sorted(SAME_EVERY_DAY))
def test_what_is_the_same_on_every_day_offers_none_and_says_so(client: Client, name: str) -> None:
    client.force_login(make.person(Role.REVIEWER))
    today, then = client.get(f"/{name}/"), client.get(f"/{name}/?as_of={DAY}")

    assert FORM.findall(today.text + then.text) == []
    assert "This page says what is so now" in then.text


def test_today_is_quiet(client: Client, settings: Settings) -> None:
    settings.INSTALLATION_DAY = None
    strip = client.get("/").text.partition('<aside id="as-of"')[2].partition("</aside>")[0]

    assert "as-of-turned" not in strip
    assert "as-of-back" not in strip
    assert ", today" in strip


def test_a_demonstration_leads_back_to_its_own_day(client: Client, settings: Settings) -> None:
    settings.INSTALLATION_DAY = dt.date(2024, 3, 1)
    now, then = client.get("/"), client.get(f"/?as_of={DAY}")

    assert now.text.count("Demonstration</strong>") == 1
    assert "no live feed" in now.text
    assert "Back to 1 March 2024" in then.text
    assert "Demonstration</strong> as of 1 March 2024" in re.sub(r"\s+", " ", client.get("/alerts/").text)


def test_a_choice_among_countries_takes_the_strip_along(client: Client) -> None:
    page = client.get("/", {"region": "Asia", "as_of": DAY}, headers={"HX-Request": "true"})

    assert page.text.count('id="as-of"') == 1
    assert 'hx-swap-oob="true"' in page.text
    assert kept(page.text) == [("region", "Asia")]
