"""From a source to reports through a real worker: what is dead fails with its reason, and the others go on."""

import contextlib
import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from r2p_dashboard import clock, pipeline
from r2p_dashboard.tasks import sweep
from reports import fetching
from reports.models import Passage, Report, Retrieval, Source
from tests import make
from tests.reports.serving import Handler, Server, serving
from tests.waiting import until

SAMPLE = (Path(__file__).resolve().parents[1] / "samples" / "feed.rss.xml").read_bytes()
pytestmark = pytest.mark.usefixtures("worker")


def alive(handler: Handler) -> None:
    if handler.headers["If-None-Match"] == '"v1"':
        handler.send(status=304)
    else:
        handler.send(SAMPLE, content_type="application/rss+xml", etag='"v1"')


ANSWERS = {
    "alive": alive,
    "gone": lambda handler: handler.send(status=410),
    "page": lambda handler: handler.send(b"<!doctype html><p>We moved.", content_type="text/html"),
    "away": lambda handler: handler.send(status=302, location="http://169.254.169.254/latest/"),
}


@pytest.fixture(scope="module", autouse=True)
def servers() -> Iterator[dict[str, Server]]:
    """One for each kind of answer; the module's worker is told that it may ask them."""
    before = os.environ.get("FETCH_ALSO", "")
    with contextlib.ExitStack() as stack:
        running = {name: stack.enter_context(serving(answer)) for name, answer in ANSWERS.items()}
        os.environ["FETCH_ALSO"] = ",".join(f"127.0.0.1:{server.server_port}" for server in running.values())
        yield running
    os.environ["FETCH_ALSO"] = before


def source_at(server: Server) -> Source:
    return make.source(
        reader="feed", address=server.url("/feed"), is_on=True, fetch_every=dt.timedelta(hours=1), language="en"
    )  # fmt: skip


def ended(retrieval: Retrieval) -> Retrieval:
    def is_over() -> bool:
        retrieval.refresh_from_db()
        return retrieval.finished_at is not None

    until(is_over, what=f"retrieval {retrieval.pk} to end")
    return retrieval


def test_a_source_becomes_reports_with_passages_at_the_shell(
    servers: dict[str, Server], capsys: pytest.CaptureFixture[str]
) -> None:
    source = source_at(servers["alive"])

    call_command("ingest", source.slug, wait=60)

    said = capsys.readouterr().out
    retrieval = Retrieval.objects.get()
    carried = Report.objects.filter(carrier=retrieval.report)
    assert (retrieval.state, retrieval.items_new) == ("done", carried.count())
    assert f"{carried.count()} new, 0 the same, 0 changed, {retrieval.items_failed} failed" in said
    assert Passage.objects.filter(report__in=carried).exists()
    assert [problem["reason"] in said for problem in retrieval.problems] == [True] * retrieval.items_failed


def test_asked_again_nothing_is_new(servers: dict[str, Server], capsys: pytest.CaptureFixture[str]) -> None:
    source = source_at(servers["alive"])
    call_command("ingest", source.slug, wait=60)
    before = Report.objects.count()

    call_command("ingest", source.slug, wait=60)

    assert "it was here already; nothing changed" in capsys.readouterr().out
    assert [row.state for row in Retrieval.objects.order_by("pk")] == ["done", "same"]
    assert Report.objects.count() == before


def test_dead_sources_fail_with_their_reason_and_the_living_go_on(servers: dict[str, Server]) -> None:
    sources = {name: source_at(server) for name, server in servers.items()}
    old = make.report(source=sources["gone"])
    rows = {name: fetching.ask(source=source, at=clock.now()) for name, source in sources.items()}

    pipeline.ring_fetch()

    assert {name: ended(row).state for name, row in rows.items()} == {
        "alive": "done", "gone": "failed", "page": "failed", "away": "failed",
    }  # fmt: skip
    assert rows["gone"].reason == "status: found 410; wanted 200"
    assert "HTML" in rows["page"].reason
    assert "169.254.169.254" in rows["away"].reason
    assert list(sources["gone"].reports.all()) == [old]


def test_the_sweep_asks_for_what_is_due_and_has_it_fetched(servers: dict[str, Server]) -> None:
    source = source_at(servers["alive"])

    sweep()

    until(lambda: Retrieval.objects.filter(source=source, state="done").exists(), what="the source to be read")
    sweep()
    assert Retrieval.objects.count() == 1


def test_a_source_that_fails_is_said_with_its_reason_at_the_shell(servers: dict[str, Server]) -> None:
    with pytest.raises(CommandError, match=r"retrieval \d+ failed: status: found 410; wanted 200"):
        call_command("ingest", source_at(servers["gone"]).slug, wait=60)


def test_a_name_that_no_source_has_is_refused_with_those_that_there_are(servers: dict[str, Server]) -> None:
    source = source_at(servers["alive"])

    with pytest.raises(CommandError, match=rf"found 'nobody'; wanted one that can be fetched \(.*{source.slug}"):
        call_command("ingest", "nobody")
    with pytest.raises(CommandError, match="a reader wants --file"):
        call_command("ingest", "text")


def test_every_source_that_is_on_is_fetched_at_the_shell_with_a_line_each_and_a_table(
    servers: dict[str, Server], capsys: pytest.CaptureFixture[str]
) -> None:
    alive, gone = source_at(servers["alive"]), source_at(servers["gone"])
    make.source(reader="feed", address="https://off.test.example/", fetch_every=dt.timedelta(hours=1), off_because="x")

    with pytest.raises(CommandError, match="1 sources failed, 0 not ended yet"):
        call_command("ingest", wait=60)

    said = capsys.readouterr().out
    new = Retrieval.objects.get(source=alive).items_new
    assert "2 sources asked" in said
    assert "2/2" in said
    assert re.search(rf"^{alive.slug} +\d+ +{new} +0 ", said, re.MULTILINE)
    assert re.search(rf"^{gone.slug} +0 .*\n  failed: status: found 410; wanted 200$", said, re.MULTILINE)
    assert re.search(rf"^together +\d+ +{new} ", said, re.MULTILINE)


def test_all_wants_to_stand_alone_and_something_that_is_on() -> None:
    with pytest.raises(CommandError, match="found none that is on"):
        call_command("ingest", all=True)
    with pytest.raises(CommandError, match="wanted it alone"):
        call_command("ingest", "text", all=True)
