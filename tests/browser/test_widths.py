"""Every page at a phone's width and a desk's, light and dark: nothing hangs out, the browser complains of nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence
from people.models import User
from people.permissions import Role
from tests import backtests, suggested
from tests.alerts import outbox
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser

PUBLIC = (
    "/", "/countries/MMR/", "/countries/NAM/", "/countries/MMR/breakdown/", "/countries/MMR/change/", "/factors/",
    "/countries/MMR/factor-plots/", "/compare/", "/compare/?countries=MMR,PRK,GBR,SDN,FSM",
    "/factors/7/", "/indicators/7.14/", "/evidence/", "/method/", "/status/", "/alerts/",
    "/backtest/", "/scorecard/", "/sensitivity/",
    "/countries/MMR/what-if/?a=7.3,B2,4,2024-05-01,-,a-body-with-a-name-that-does-not-want-to-break",
)  # fmt: skip
STAFF = ("/evidence/new/", "/review/", "/suggestions/", "/sources/", "/account/", "/reports/new/", "/import/")
PUBLISHERS = (
    "/outbox/", "/outbox/{mail}/", "/subscriptions/", "/subscriptions/new/", "/alerts/{alert}/", "/alerts/{draft}/",
)  # fmt: skip


@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_no_page_is_wider_than_its_window(
    live_server: LiveServer,
    country_with_evidence: Evidence,
    people: dict[Role, User],
    open_page: Callable[..., Page],
    width: int,
    dark: bool,
) -> None:
    page = open_page(width=width, dark=dark)
    sign_in(page, live_server.url, people[Role.PUBLISHER])
    warned = {"alert": outbox.alert().pk, "draft": outbox.alert(state="draft").pk, "mail": outbox.delivery().pk}
    suggested.suggestion()
    backtests.run_of()
    pages = [address.format(**warned) for address in (*PUBLIC, *STAFF, *PUBLISHERS)]
    too_wide = {}
    for address in (*pages, f"/evidence/{country_with_evidence.pk}/"):
        page.goto(f"{live_server.url}{address}", wait_until="networkidle" if address == "/" else "load")
        found = page.evaluate("() => document.documentElement.scrollWidth")
        if found > width:
            too_wide[address] = found
    assert too_wide == {}
