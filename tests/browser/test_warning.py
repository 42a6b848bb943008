"""The round of the README, from a report in the queue to a mail at the mail server, with real keys."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from alerts.models import Alert, Delivery
from alerts.subscriptions import subscribing
from indicators.models import Evidence, Suggestion
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock, pipeline
from reports.ingest import About, receive
from tests.browser.conftest import sign_in, wait_until
from tests.browser.keys import press
from tests.conftest import ROOT, start_worker, stop_worker

pytestmark = pytest.mark.browser
SUDAN = sorted((ROOT / "indicators/demonstration/unreviewed").glob("*.toml"))


@pytest.fixture
def mails(no_worker: None, tmp_path: Path) -> Iterator[Path]:
    """The folder of the mail server of `make run`, and a worker that hands its mails to it."""
    command = [sys.executable, "-m", "r2p_dashboard.local.mailbox", "--port", "0", "--folder", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().split("127.0.0.1:")[1].split()[0]
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("MAIL_URL", f"smtp://127.0.0.1:{port}")
            worker = start_worker()
            yield tmp_path
            stop_worker(worker)
        server.terminate()


@pytest.fixture
def queue(mails: Path, people: dict[Role, User]) -> None:
    """Sudan's notes as the demonstration leaves them: read, searched, and waiting for a reviewer."""
    subscribing.subscribe(
        person=people[Role.FOCAL_POINT], wanted=subscribing.Wanted(is_everywhere=True), by=None, at=clock.now()
    )
    for path in SUDAN:
        _send(path, people[Role.CODER])
    pipeline.ring()
    wait_until(lambda: Suggestion.objects.values("passage__report").distinct().count() == len(SUDAN))


def _send(path: Path, coder: User) -> None:
    receive(
        reader="coding-note", payload=path.read_bytes(), about=About(), file_name=path.name, at=clock.now(),
        asked_by=coder,
    )  # fmt: skip


def accept_everything(page: Page) -> None:
    """By one key, until nothing waits."""
    for left in range(Suggestion.objects.waiting().count() - 1, -1, -1):
        press(page, "a")
        expect(page.locator(".tabs a[aria-current=page] .num, [aria-current=page] .tag").first).to_have_text(str(left))


def read_a_second_time(page: Page, site: str) -> None:
    """By another person: what weighs most counts only then."""
    page.goto(f"{site}/review/")
    for left in range(Evidence.objects.waiting().count() - 1, -1, -1):
        page.get_by_role("button", name="I read it the same").click()
        expect(page.locator("[aria-current=page] .tag").first).to_have_text(str(left))


def expect_alert_on(page: Page, address: str, alert: Alert) -> None:
    """That the country's page says the new level and leads to the alert."""
    page.goto(address)
    expect(page.locator("main")).to_contain_text("ELEVATED")
    page.locator("#alerts").scroll_into_view_if_needed()
    page.locator(f"main a[href='/alerts/{alert.pk}/']").first.click()
    expect(page.locator("main")).to_contain_text(alert.headline)


def expect_mail_to(person: User, folder: Path) -> None:
    (kept,) = folder.glob("*.eml")
    mail = message_from_bytes(kept.read_bytes(), policy=default)
    assert mail["Delivered-To"] == person.email
    assert mail["Subject"].startswith("[ELEVATED ↑] Sudan: ")


def expect_in_outbox(page: Page, site: str, alert: Alert) -> None:
    """That the list says what became of the mail, and that its own page shows it."""
    page.goto(f"{site}/outbox/")
    expect(page.locator("main")).to_contain_text("the mail server took it")
    page.goto(f"{site}/outbox/{Delivery.objects.get().pk}/")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text(alert.headline)


def test_a_reviewer_takes_sudan_up_a_level_and_the_focal_point_is_written_to(
    live_server: LiveServer, open_page: Callable[..., Page], people: dict[Role, User], mails: Path, queue: None
) -> None:
    site, reviewer, publisher = str(live_server.url), open_page(), open_page()
    sign_in(reviewer, site, people[Role.REVIEWER])
    reviewer.goto(f"{site}/suggestions/")
    accept_everything(reviewer)
    sign_in(publisher, site, people[Role.PUBLISHER])
    read_a_second_time(publisher, site)
    wait_until(lambda: Delivery.objects.filter(state=Delivery.State.SENT).exists())
    alert = Alert.objects.get()

    expect_alert_on(reviewer, f"{site}/countries/SDN/", alert)
    expect_mail_to(people[Role.FOCAL_POINT], mails)
    expect_in_outbox(publisher, site, alert)
