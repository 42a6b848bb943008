"""Posts to webhooks, on real servers: signed, tried again, and no more than the owner may see."""

import datetime as dt
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from pytest_django import Settings

from alerts.channels import endpoints, posting, sending
from alerts.channels.signing import secret_of
from alerts.models import Delivery, Endpoint, Subscription
from alerts.outbox import delivery as mails
from alerts.subscriptions import matching
from indicators.models import Evidence
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox
from tests.make import NOW
from tests.reports.serving import Handler, Server, serving

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State
Answer = Callable[[Handler], None]
Serve = Callable[..., tuple[Endpoint, Server]]
HOUR = dt.timedelta(hours=1)


def ok(handler: Handler) -> None:
    handler.send(b"thank you\x00\n<b>", status=202)


def says(status: int, **headers: str) -> Answer:
    return lambda handler: handler.send(b"x", status=status, **headers)


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Makes a webhook on a server of its own."""
    settings.WEBHOOK_LOOPBACK = True
    running: list[Any] = []

    def start(answer: Answer = ok, **fields: Any) -> tuple[Endpoint, Server]:
        running.append(serving(answer))
        server = running[-1].__enter__()
        owner = fields.pop("owner", None) or make.person(Role.FOCAL_POINT)
        return endpoints.add(owner=owner, name="Machine", url=server.url("/in"), at=NOW, **fields), server

    yield start
    for one in running:
        one.__exit__(None, None, None)


def post(of: Endpoint, **fields: Any) -> Delivery:
    """A delivery that waits for it."""
    rule = outbox.subscription(of.owner, channel="webhook", endpoint=of)
    return outbox.delivery(fields.pop("alert", None), to=rule, channel="webhook", endpoint=of, **fields)


def sent(at: dt.datetime = NOW) -> int:
    return sending.send_waiting(now=lambda: at)


def after(row: Delivery) -> Delivery:
    row.refresh_from_db()
    return row


def test_a_post_says_what_everybody_may_read_and_its_answer_is_kept_clean(serve: Serve) -> None:
    machine, server = serve()
    row = post(machine, alert=outbox.alert(iso3="SDN", headline="What it is"))

    assert sent() == 1

    (asked,) = server.asked
    said = json.loads(asked.body)
    assert (asked.method, asked.path, asked.headers["content-type"]) == ("POST", "/in", "application/json")
    assert (said["type"], said["alert"]["country"]["iso3"], said["alert"]["headline"]) == (
        "alert.released", "SDN", "What it is",
    )  # fmt: skip
    assert (after(row).state, row.reply_code, row.reply_text) == (State.SENT, 202, "status 202: thank you <b>")
    assert row.message_id == said["id"]
    assert machine.owner.email not in asked.body.decode()


def verified(asked: Any, secret: str, version: int) -> bool:
    """By the code of docs/api.md, as it stands there."""
    code = re.search(r"```python\n(import hashlib.*?)```", Path("docs/api.md").read_text(encoding="utf-8"), re.S)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code[1], names)
    second = int(asked.headers["r2p-signature"].split(",")[0].removeprefix("t="))
    return bool(names["is_ours"](asked.headers["r2p-signature"], asked.body, {version: secret}, now=second + 60))


def test_the_documented_code_takes_a_post_and_refuses_a_changed_one(serve: Serve) -> None:
    machine, server = serve()
    post(machine)
    sent()
    asked = server.asked[0]

    assert verified(asked, secret_of(machine), 1)
    assert not verified(asked, "whsec_other", 1)
    asked.body += b" "
    assert not verified(asked, secret_of(machine), 1)


def test_after_a_rotation_both_secrets_sign_for_a_day(serve: Serve) -> None:
    machine, server = serve()
    former = secret_of(machine)
    rotated = endpoints.rotate(endpoint_id=machine.pk, by=machine.owner, at=NOW)
    for hours in (1, 25):
        post(machine, next_try_at=NOW)
        sent(NOW + hours * HOUR)

    assert secret_of(rotated) != former
    assert [verified(asked, former, 1) for asked in server.asked] == [True, False]
    assert [verified(asked, secret_of(rotated), 2) for asked in server.asked] == [True, True]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, State.SENT), (204, State.SENT), (301, State.DEFERRED), (400, State.REFUSED), (422, State.REFUSED),
        (401, State.DEFERRED), (404, State.DEFERRED), (429, State.DEFERRED), (500, State.DEFERRED),
        (503, State.DEFERRED), (410, State.REFUSED),
    ],
)  # fmt: skip
def test_the_answers_code_says_what_becomes_of_a_post(serve: Serve, status: int, state: str) -> None:
    machine, server = serve(says(status, location="http://127.0.0.1:9/"))
    row = post(machine)
    sent()

    assert (after(row).state, row.reply_code, len(server.asked)) == (state, status, 1)


def test_a_machine_that_is_gone_ends_its_webhook_with_all_that_waits_for_it(serve: Serve) -> None:
    machine, server = serve(says(410))
    rows = [post(machine) for _ in range(2)]
    sent()

    machine.refresh_from_db()
    assert (machine.ended_at, machine.ended_how) == (NOW, "the machine answered 410: gone")
    assert sorted(after(row).state for row in rows) == [State.CANCELLED, State.REFUSED]
    assert not Subscription.objects.filter(endpoint=machine, ended_at=None).exists()
    assert len(server.asked) == 1


def test_a_machine_that_asks_to_wait_is_left_alone_with_all_its_posts(serve: Serve) -> None:
    machine, server = serve(says(429, retry_after="7200"))
    rows = [post(machine) for _ in range(3)]
    sent()
    sent(NOW + HOUR)

    assert len(server.asked) == 1
    assert {after(row).next_try_at for row in rows} == {NOW + 2 * HOUR}
    assert sorted(row.attempts for row in rows) == [0, 0, 1]


def test_every_try_has_the_same_id_and_its_own_second(serve: Serve) -> None:
    machine, server = serve(says(500))
    row = post(machine)
    for hours in (0, 1):
        sent(NOW + hours * HOUR)
        Delivery.objects.filter(pk=row.pk).update(next_try_at=NOW)

    first, second = server.asked
    assert json.loads(first.body)["id"] == json.loads(second.body)["id"] == after(row).message_id
    assert first.headers["r2p-signature"] != second.headers["r2p-signature"]


def drips(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.over.wait(0.05):
        handler.raw(b"x")


def drips_after_its_status(handler: Handler) -> None:
    handler.raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while not handler.server.over.wait(0.05):
        handler.raw(b"x")


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (lambda handler: handler.server.over.wait(20), State.DEFERRED, "none that was whole"),
        (drips, State.DEFERRED, "none that was whole"),
        (lambda handler: handler.raw(b"\x00garbage\r\n\r\n"), State.DEFERRED, "breaks off or is no HTTP"),
        (lambda handler: handler.raw(b""), State.DEFERRED, "breaks off or is no HTTP"),
        (drips_after_its_status, State.SENT, "status 200"),
        (lambda handler: handler.send(b"y" * 5_000_000), State.SENT, "status 200: yyy"),
    ],
    ids=["hangs", "drips", "garbage", "hangs up", "drips a body", "a huge body"],
)
def test_bad_servers(serve: Serve, monkeypatch: pytest.MonkeyPatch, answer: Answer, state: str, said: str) -> None:
    monkeypatch.setattr(posting, "SECONDS", 2.0)
    machine, _ = serve(answer)
    row = post(machine)
    sent()

    assert after(row).state == state
    assert said in row.reply_text
    assert len(row.reply_text) <= 300


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest", "http://127.0.0.1:9/in"])
def test_no_redirect_is_followed_wherever_it_leads(serve: Serve, place: str) -> None:
    machine, server = serve(says(307, location=place))
    row = post(machine)
    sent()

    assert (after(row).state, row.reply_text) == (State.DEFERRED, "status 307: redirects are not followed")
    assert len(server.asked) == 1


def test_without_the_operators_leave_nothing_on_this_machine_is_asked(serve: Serve, settings: Settings) -> None:
    machine, server = serve()
    row = post(machine)
    settings.WEBHOOK_LOOPBACK = False
    sent()

    assert (after(row).state, server.asked) == (State.REFUSED, [])
    assert "wanted" in row.reply_text


def test_a_name_that_resolves_to_a_private_address_is_refused(settings: Settings) -> None:
    machine = endpoints.add(owner=make.person(), name="Inside", url="https://localhost.localdomain.test/", at=NOW)
    Endpoint.objects.filter(pk=machine.pk).update(url="https://localhost/in")
    row = post(Endpoint.objects.get(pk=machine.pk))
    sent()

    assert after(row).state == State.REFUSED
    assert row.reply_text == "connection: found not a public address; wanted one"


def test_what_the_owner_may_not_see_or_nobody_should_is_not_posted(serve: Serve) -> None:
    machine, server = serve(owner=make.person(Role.READER))
    closed = outbox.alert(sensitivity=Sensitivity.INTERNAL)
    rows = [post(machine, alert=closed), post(machine, alert=outbox.alert(withdrawn_at=NOW))]
    rows.append(post(machine, alert=outbox.alert(valid_until=dt.date(2024, 6, 30))))
    sent()

    assert {after(row).state for row in rows} == {State.CANCELLED}
    assert server.asked == []


def test_a_reason_that_is_not_public_any_more_is_in_no_later_try(serve: Serve) -> None:
    machine, server = serve(says(500))
    row, evidence = post(machine), make.accepted()
    row.alert.reasons.create(order=1, text="What was seen", grade="B2", evidence=evidence)
    sent()
    Evidence.objects.filter(pk=evidence.pk).update(sensitivity=Sensitivity.CONFIDENTIAL)
    Delivery.objects.filter(pk=row.pk).update(next_try_at=NOW)
    sent()

    first, second = (json.loads(asked.body)["alert"] for asked in server.asked)
    assert (first["reasons"][0]["text"], first["reasons_not_public"]) == ("What was seen", 0)
    assert (second["reasons"], second["reasons_not_public"]) == ([], 1)


def test_mails_and_posts_do_not_wait_for_each_other(serve: Serve) -> None:
    machine, _ = serve()
    hook, mail = post(machine), outbox.delivery()

    assert mail not in sending.waiting(at=NOW)
    assert list(mails.waiting(at=NOW)) == [mail]
    assert hook in sending.waiting(at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_machine_that_hangs_holds_up_no_other(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SECONDS", 2.0)
    over = threading.Event()

    def arrives(handler: Handler) -> None:
        over.set()
        ok(handler)

    def waits_for_the_other(handler: Handler) -> None:
        handler.send(status=200 if over.wait(2) else 500)

    slow, fast = serve(waits_for_the_other)[0], serve(arrives)[0]
    rows = [post(slow), post(fast), post(fast)]

    assert sent() == 3
    assert {after(row).state for row in rows} == {State.SENT}


def test_the_command_posts_as_the_task_does(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    machine, _ = serve()
    row = post(machine, alert=outbox.alert())
    call_command("send_webhooks")

    assert after(row).state == State.SENT
    assert capsys.readouterr().out == "1 post taken\n"


def test_a_post_is_replayed_under_its_id_by_its_owner_or_staff(serve: Serve) -> None:
    machine, server = serve()
    row = post(machine)
    sent()
    for by in (machine.owner, make.person(Role.PUBLISHER)):
        sending.replay(delivery_id=row.pk, by=by, at=NOW)
        sent()
    with pytest.raises(sending.ReplayError, match="none of yours"):
        sending.replay(delivery_id=row.pk, by=make.person(Role.REVIEWER), at=NOW)

    assert len({json.loads(asked.body)["id"] for asked in server.asked}) == 1
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://user:x@example.org/", "https://example.org:8443/", "https://localhost/",
        "https://10.0.0.1/", "https://[::1]/", "https://0x7f.1/", "https://intranet/", "ftp://example.org/", "x", "https://[",
    ],
)  # fmt: skip
def test_an_address_that_nobody_else_could_reach_is_refused(url: str) -> None:
    with pytest.raises(endpoints.EndpointError, match="wanted"):
        endpoints.add(owner=make.person(), name="x", url=url, at=NOW)


def test_a_host_in_letters_of_another_script_is_kept_as_the_name_system_has_it() -> None:
    owner = make.person()
    made = endpoints.add(owner=owner, name="x", url="https://Exämple.org:443/in?é=1", at=NOW)

    assert made.url == "https://xn--exmple-cua.org:443/in?é=1"
    with pytest.raises(endpoints.EndpointError, match="already"):
        endpoints.add(owner=owner, name="x", url=made.url, at=NOW)
    for url in ("https://straße.example/", "https://ä..example/", "https://ä:pw@exämple.org/"):
        with pytest.raises(endpoints.EndpointError, match="wanted"):
            endpoints.add(owner=owner, name="x", url=url, at=NOW)


def test_a_webhook_is_tried_out_five_times_in_ten_minutes(serve: Serve) -> None:
    (machine, server), (other, _) = serve(), serve()
    for minute in range(endpoints.TESTS_MAX):
        at = NOW + dt.timedelta(minutes=minute)
        assert endpoints.try_out(endpoint_id=machine.pk, by=machine.owner, at=at).code == 202

    with pytest.raises(
        endpoints.EndpointError, match="found 5 tests within 10 minutes; wanted no more before 12:10:00"
    ):
        endpoints.try_out(endpoint_id=machine.pk, by=machine.owner, at=NOW + dt.timedelta(minutes=9))

    assert len(server.asked) == 5
    assert endpoints.try_out(endpoint_id=other.pk, by=other.owner, at=NOW).code == 202
    assert endpoints.try_out(endpoint_id=machine.pk, by=machine.owner, at=NOW + dt.timedelta(minutes=10)).code == 202
    entry = LogEntry.objects.order_by("pk")[0]
    assert (entry.change_message, entry.object_repr) == (
        "test post to one's own webhook: sent (202)", f"endpoint {machine.pk}",
    )  # fmt: skip


def test_a_rule_of_a_webhook_is_made_once_and_only_by_its_owner() -> None:
    machine = endpoints.add(owner=make.person(), name="x", url="https://hooks.test.example/in", at=NOW)
    for place in ("", "SDN", "202"):
        endpoints.ask(endpoint_id=machine.pk, least_level=4, place=place, by=machine.owner, at=NOW)
        with pytest.raises(endpoints.EndpointError, match="same rule"):
            endpoints.ask(endpoint_id=machine.pk, least_level=4, place=place, by=machine.owner, at=NOW)
    with pytest.raises(endpoints.EndpointError, match="none of yours"):
        endpoints.ask(endpoint_id=machine.pk, least_level=4, place="", by=make.person(Role.ADMIN), at=NOW)

    assert Subscription.objects.active().filter(endpoint=machine).count() == 3


def test_a_rule_of_a_webhook_makes_a_post_beside_the_mail_of_the_same_person() -> None:
    machine = endpoints.add(owner=make.person(), name="x", url="https://hooks.test.example/in", at=NOW)
    endpoints.ask(endpoint_id=machine.pk, least_level=3, place="", by=machine.owner, at=NOW)
    outbox.subscription(machine.owner)
    outbox.alert()
    matching.match_waiting(at=NOW)
    matching.match_waiting(at=NOW)

    assert sorted(Delivery.objects.values_list("channel", "endpoint")) == [("mail", None), ("webhook", machine.pk)]
