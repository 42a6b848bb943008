"""A flood of near copies of one text: one voice, in as many queries as a few copies take."""

import datetime as dt
import random
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators import voices
from people.permissions import Role
from reports import clustering, joining, judging
from reports.judging import Said
from reports.models import ClusterMember, CustodyEntry, Report, TextPair
from reports.storing import digest, same_words
from tests import make
from tests.reports.texts import cluster, report, text, words

pytestmark = pytest.mark.django_db
BASE = words(1)
FLOOD = 1000


def copies(count: int, base: list[str] = BASE, seed: int = 7) -> list[Report]:
    """Reprints, each with a head of its own and three words of the text set anew."""
    drawn, source = random.Random(seed), make.source()
    rows = []
    for number in range(count):
        said = [f"agency{seed}x{number}", *base]
        for _ in range(3):
            said[drawn.randrange(1, len(said))] = f"other{drawn.randrange(10**6)}"
        rows.append(
            Report(
                source=source, kind=Report.Kind.DOCUMENT, reader="text", title="Synthetic", media_type="text/plain",
                published_on=make.NOW.date(), bytes=b"x", sha256=digest(f"{seed}/{number}".encode()), text=text(said),
                received_at=make.NOW, **same_words(text(said), "Synthetic"),
            )
        )  # fmt: skip
    return Report.objects.bulk_create(rows)


def queries_of_a_batch(count: int = 20, **how: int) -> int:
    """How many queries one batch of near copies takes."""
    copies(count, **how)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as captured:
        assert clustering.cluster_some(at=make.NOW, changed=voices.ask_for_scores) == count
    return len(captured)


def sizes() -> list[int]:
    held = ClusterMember.objects.holding().whole().values_list("cluster", flat=True)
    return sorted(Counter(held).values())


def test_a_thousand_reprints_of_one_minute_are_one_voice() -> None:
    copies(FLOOD)

    with CaptureQueriesContext(connection) as captured:
        assert cluster() == FLOOD

    assert sizes() == [FLOOD]
    assert len(captured) <= 30 * FLOOD / clustering.BATCH + 30
    assert TextPair.objects.count() <= FLOOD * (clustering.ROWS_MAX + 1)
    assert CustodyEntry.objects.filter(deed="clustered").count() == FLOOD


def test_queries_do_not_grow_with_the_cluster() -> None:
    queries_of_a_batch(seed=1)
    few = queries_of_a_batch(seed=2)
    copies(300, seed=3)
    cluster()

    assert queries_of_a_batch(seed=4) == few
    assert sizes() == [360]


def test_queries_do_not_grow_with_the_batch() -> None:
    assert queries_of_a_batch(5, seed=1) == queries_of_a_batch(clustering.BATCH, seed=2)


def test_a_text_beside_a_large_cluster_finds_the_small_one_too() -> None:
    chapter = words(9, 160)
    copies(60)
    small = report(text(chapter))
    cluster()

    report(text(BASE, words(8, 400), chapter), published_on=make.NOW.date() + dt.timedelta(days=1))
    cluster()

    part = ClusterMember.objects.holding().filter(kind="part").values_list("cluster", flat=True)
    assert joining.cluster_of(small.pk) in set(part)
    assert len(part) == 2


def test_of_two_clusters_that_become_one_the_smaller_one_moves() -> None:
    small, large = copies(3, words(5), seed=1), copies(30, words(6), seed=2)
    cluster()
    before = {joining.cluster_of(rows[0].pk) for rows in (small, large)}

    judging.judge(
        report_id=small[0].pk, other_id=large[0].pk, verdict="same",
        said=Said(make.person(Role.REVIEWER), "made up", make.NOW, voices.ask_for_scores),
    )  # fmt: skip

    assert len(before) == 2
    assert sizes() == [33]
    assert ClusterMember.objects.exclude(until=None).count() == 3


def test_one_is_taken_out_of_a_large_cluster_in_a_few_queries(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    rows = copies(80)
    cluster()
    said = Said(make.person(Role.REVIEWER), "made up", make.NOW, voices.ask_for_scores)
    own = joining.cluster_of(rows[0].pk)
    assert own is not None

    with django_assert_max_num_queries(30):
        decision = judging.split(report_id=rows[5].pk, cluster_id=own, said=said)
    assert (sizes(), len(decision.pairs_before)) == ([79], 79)

    with django_assert_max_num_queries(30):
        judging.undo(decision_id=decision.pk, said=said)
    assert sizes() == [80]


def test_a_text_kept_apart_from_a_large_cluster_is_asked_about_once() -> None:
    rows = copies(10)
    cluster()
    said = Said(make.person(Role.REVIEWER), "made up", make.NOW, voices.ask_for_scores)
    judging.split(report_id=rows[3].pk, cluster_id=joining.cluster_of(rows[0].pk) or 0, said=said)

    copies(40, seed=8)
    cluster()

    assert sizes() == [9 + 40]
    assert TextPair.objects.waiting().count() == 1
