"""What two pieces of evidence share that may be about one event, in points and words."""

import datetime as dt
from typing import Any

from indicators.matching.events import ENOUGH, Piece, alike, candidates, compared, read

DAY = dt.date(2024, 3, 12)
SHELLING = "On Tuesday, shelling of the market in El Fasher killed 46 civilians, medical staff said."
AGAIN = "Medical workers in El Fasher counted at least 46 dead after the market was shelled."
OTHER = "Farmers near Kosti complained of the price of seed."


def piece(number: int, text: str, **fields: Any) -> Piece:
    said: dict[str, Any] = {
        "event": "", "day": DAY, "area": "", "actor": "unknown", "passage": number, "sign": "7.14",
    }  # fmt: skip
    return read(Piece(number=number, **(said | fields)), text)


def pairs(*pieces: Piece, **how: Any) -> list[tuple[int, int]]:
    return [(pair.first, pair.second) for pair in alike(pieces, **how)]


def test_one_massacre_told_twice_is_found_and_explained() -> None:
    (pair,) = alike([piece(1, SHELLING), piece(2, AGAIN), piece(3, OTHER)])

    assert (pair.first, pair.second, pair.counts_twice) == (1, 2, True)
    assert pair.in_words.startswith("same day, both say 46 ")
    assert "both name El Fasher" in pair.in_words


def test_a_day_alone_is_not_enough() -> None:
    assert pairs(piece(1, SHELLING), piece(2, OTHER, day=DAY)) == []


def test_far_apart_in_time_is_another_event() -> None:
    assert pairs(piece(1, SHELLING), piece(2, AGAIN, day=DAY + dt.timedelta(days=8))) == []


def test_two_areas_speak_against_it() -> None:
    one, other = piece(1, "The town lost 60 men.", area="North"), piece(2, "There were 60 men.", area="South")
    pair = compared(one, other)

    assert pair.score < ENOUGH
    assert "but in North and in South" in pair.in_words


def test_what_was_told_apart_is_never_proposed_again_nor_the_rest_of_its_event() -> None:
    first, second = piece(1, SHELLING), piece(2, AGAIN, event="b")
    third = piece(3, AGAIN, event="b")

    assert pairs(first, second, third, apart=[(1, 2)]) == []


def test_of_two_events_one_pair_is_proposed_and_nothing_inside_an_event() -> None:
    rows = [piece(1, SHELLING, event="a"), piece(2, AGAIN, event="b"), piece(3, AGAIN, event="b")]

    assert len(pairs(*rows)) == 1


def test_two_signs_of_one_passage_are_not_proposed() -> None:
    assert pairs(piece(1, SHELLING, passage=9), piece(2, SHELLING, passage=9, sign="7.1")) == []


def test_two_events_that_one_report_names_apart_are_not_proposed() -> None:
    assert pairs(piece(1, SHELLING, event="a", report=5), piece(2, AGAIN, event="b", report=5)) == []
    assert pairs(piece(1, SHELLING, event="a", report=5), piece(2, AGAIN, event="b", report=6)) == [(1, 2)]


def test_of_one_passage_only_that_is_said() -> None:
    pair = compared(piece(1, SHELLING, passage=9), piece(2, SHELLING, passage=9, sign="7.1"))

    assert set(pair.reasons) == {"same day", "read in the same passage"}


def test_offices_and_months_are_no_names() -> None:
    assert piece(1, "In February the Special Rapporteur and The United Nations met in El Fasher.").names == {
        "el fasher"
    }


def test_what_counts_twice_comes_first() -> None:
    rows = [piece(1, SHELLING), piece(2, SHELLING, sign="3.1"), piece(3, AGAIN, event="x", sign="7.14")]

    assert alike(rows)[0].counts_twice


def test_years_and_days_of_the_month_are_no_victims() -> None:
    assert piece(1, "In 2024, on 12 March, it rained.").figures == {}
    assert piece(1, "They buried 12 people and 1,200 others.").figures == {12: "people", 1200: ""}


def test_a_name_that_everybody_writes_tells_nothing() -> None:
    everywhere = [piece(number, "The army in Khartoum said so.") for number in range(40)]

    assert pairs(*everywhere) == []


def test_candidates_come_best_first_each_event_once() -> None:
    others = [piece(2, OTHER, event="far", day=DAY), piece(3, AGAIN, event="near"), piece(4, OTHER, event="near")]

    assert [pair.second for pair in candidates(piece(1, SHELLING), others)] == [3, 2]


def test_another_script_is_read_too() -> None:
    one, other = piece(1, "قتل 46 شخصا في سوق الفاشر بقصف"), piece(2, "قصف سوق الفاشر وقتل 46 شخصا")
    pair = compared(one, other)

    assert pair.score >= ENOUGH


def test_a_long_text_of_nothing_but_digits_and_capitals_is_read_at_once() -> None:
    assert piece(1, "1,2 A " * 20_000).figures is not None
