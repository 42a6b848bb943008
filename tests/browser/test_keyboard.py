"""The main jobs by keys alone, no pointer touched; wherever the focus goes, it can be seen."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from alerts.models import Alert, Subscription
from indicators.models import Evidence
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from tests import make
from tests.alerts.desks import draft

pytestmark = pytest.mark.browser

MOST = 200  # stops on the way to what is looked for
STOP = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const isRinged = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const isSeen = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    return one === document.body ? "" : isRinged && isSeen ? "seen" : one.outerHTML.slice(0, 160);
}"""


class Keys:
    """Somebody without a pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.emulate_media(reduced_motion="reduce")  # else what comes into view still moves

    def reach(self, where: str, *, back: bool = False) -> None:
        """Tab until the focus stands on the first of `where` that is there; every stop before it must be seen too."""
        for _ in range(MOST):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            stop = self.page.evaluate(STOP)
            assert stop in {"", "seen"}, f"the focus cannot be seen on {stop}"
            if self.page.evaluate("where => document.activeElement.matches(where)", where):
                return
        raise AssertionError(f"{MOST} stops, and none is {where}")

    def follow(self, where: str) -> None:
        self.reach(where)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, where: str, text: str) -> None:
        self.reach(where)
        self.page.keyboard.type(text)

    def day(self, where: str, day: date) -> None:
        """Into a field of a day, part by part as the browser's language has them."""
        self.write(where, f"{day:%m%d%Y}")

    def sign_in(self, site: str, person: User) -> None:
        self.page.goto(f"{site}/sign-in/")
        self.write("input[name=username]", person.email)
        self.write("input[name=password]", make.PASSWORD)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


@pytest.fixture
def keys(open_page: Callable[..., Page]) -> Keys:
    return Keys(open_page())


def test_a_visitor_goes_from_the_world_to_the_passage_and_to_its_source(
    live_server: LiveServer, country_with_evidence: Evidence, keys: Keys
) -> None:
    keys.page.goto(live_server.url)
    keys.reach("a.skip")
    keys.page.keyboard.press("Enter")
    keys.follow("main a[href^='/countries/MMR/']")
    keys.reach("a.skip")
    keys.page.keyboard.press("Enter")
    keys.follow(f"main a[href$='#evidence-{country_with_evidence.pk}']")
    expect(keys.page.locator("blockquote", has_text=country_with_evidence.passage.text).first).to_be_in_viewport()

    keys.follow(f"main a[href='/evidence/{country_with_evidence.pk}/']")
    keys.follow(f"main a[href='/reports/{country_with_evidence.passage.report_id}/']")
    expect(keys.page.locator("h1")).to_contain_text(country_with_evidence.passage.report.title)


def test_a_coder_enters_evidence(
    live_server: LiveServer, country_with_evidence: Evidence, people: dict[Role, User], keys: Keys
) -> None:
    keys.sign_in(live_server.url, people[Role.CODER])
    keys.page.goto(f"{live_server.url}/evidence/new/?country=MMR&indicator=8.4")
    keys.write("select[name=source]", country_with_evidence.passage.report.source.name)
    keys.day("input[name=published_on]", date(2024, 6, 20))
    keys.write("textarea[name=text]", "A made-up sentence that speaks of nobody.")
    keys.day("input[name=event_on]", date(2024, 6, 15))
    keys.reach("input[name=severity]")
    keys.page.keyboard.press("Space")
    keys.page.keyboard.press("ArrowDown")
    keys.write("select[name=credibility]", "2")
    keys.write("textarea[name=note]", "made up for a test")
    keys.follow("main button[type=submit]:not([name=explain])")

    row = Evidence.objects.latest("pk")
    assert (row.status, row.indicator.code) == (Evidence.Status.PROPOSED, "8.4")


def test_a_reviewer_accepts(
    live_server: LiveServer, country_with_evidence: Evidence, people: dict[Role, User], keys: Keys
) -> None:
    row = make.proposed(coder=people[Role.CODER])
    keys.sign_in(live_server.url, people[Role.REVIEWER])
    keys.page.goto(f"{live_server.url}/review/")
    keys.follow("#accept button")

    row.refresh_from_db()
    assert row.status == Evidence.Status.ACCEPTED


def test_a_publisher_releases_a_warning(
    live_server: LiveServer, country_with_evidence: Evidence, people: dict[Role, User], keys: Keys
) -> None:
    now = clock.now()
    alert = draft(raised_at=now, valid_until=now.date() + timedelta(days=20))
    keys.sign_in(live_server.url, people[Role.PUBLISHER])
    keys.page.goto(f"{live_server.url}/alerts/desk/")
    keys.follow(f"main a[href='/alerts/{alert.pk}/']")
    keys.write("#release [name=reason]", "two bodies say it")
    keys.follow("#release button:not([name])")

    alert.refresh_from_db()
    assert alert.state == Alert.State.RELEASED


def test_a_focal_point_asks_for_mails(
    live_server: LiveServer, country_with_evidence: Evidence, people: dict[Role, User], keys: Keys
) -> None:
    keys.sign_in(live_server.url, people[Role.FOCAL_POINT])
    keys.page.goto(f"{live_server.url}/subscriptions/new/")
    keys.reach("input[name=is_everywhere]")
    keys.page.keyboard.press("Space")
    keys.follow("main form.entry button[type=submit]:not([name])")

    assert Subscription.objects.get().person == people[Role.FOCAL_POINT]
