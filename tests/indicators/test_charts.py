"""Figures are valid Plotly, say what is seen, leave gaps as gaps, and know the same colours as the sheet."""

import dataclasses
import datetime as dt
import math
import re
from pathlib import Path

import pytest
from plotly import graph_objects

from countries import charts as world_charts
from countries.charts import Chart, Place, dated
from countries.map_modes import MODES, world_map
from indicators.charts import Line, history, with_gaps

CUTS = (10, 20, 35, 50)
STATIC = Path(__file__).resolve().parents[2] / "static"


def month_ends(count: int) -> tuple[dt.date, ...]:
    first = [dt.date(2020 + n // 12, n % 12 + 1, 1) for n in range(count + 1)]
    return tuple(day - dt.timedelta(days=1) for day in first[1:])


def line(key: str = "hindsight", count: int = 6, level: str = "ELEVATED") -> Line:
    values = tuple(20.0 + n for n in range(count))
    return Line(key, f"{key}: as known", month_ends(count), values, (0.6,) * count, (level,) * count)


def places() -> list[Place]:
    return [
        Place("MMR", "Myanmar", "SEVERE", "Myanmar: SEVERE"),
        Place("MLT", "Malta", "UNDETERMINED", "Malta: UNDETERMINED"),
        Place("FRA", "France", "not assessed", "France: not assessed"),
    ]


def drawn_map() -> Chart:
    return world_map(
        MODES["level"],
        places(),
        points={"MLT": (14.4, 35.9)},
        neutral=["neutral:x"],
        geometry="/static/geo/world.json",
        day="30 June",
        source="s",
    )


@pytest.mark.parametrize(
    "chart", [history([line(), line("known_then")], country="X", cuts=CUTS, source="s"), drawn_map()]
)
def test_figures_are_valid_plotly(chart: Chart) -> None:
    graph_objects.Figure(chart.figure)


def test_figures_carry_no_template() -> None:
    assert history([line()], country="X", cuts=CUTS, source="s").figure["layout"]["template"] == "none"


def test_a_missing_month_is_a_gap() -> None:
    days, values = with_gaps([dt.date(2024, 1, 31), dt.date(2024, 3, 31)], [1.0, 2.0])

    assert values == [1.0, None, 2.0]
    assert len(days) == 3


def test_what_is_not_a_number_is_a_gap_and_a_dash() -> None:
    gappy = Line("hindsight", "hindsight", month_ends(2), (math.nan, 12.0), (0.3, 0.3), ("LOW", "LOW"))

    chart = history([gappy], country="X", cuts=CUTS, source="s")

    assert chart.figure["data"][0]["y"] == [None, 12.0]
    assert chart.rows[-1] == ("2020-01-31", "–", "–", "–")


def test_no_line_bridges_a_gap() -> None:
    traces = history([line(), line("known_then")], country="X", cuts=CUTS, source="s").figure["data"]

    assert {trace["connectgaps"] for trace in traces} == {False}


def test_undetermined_months_are_drawn_apart_from_firm_ones() -> None:
    levels = ("UNDETERMINED", "UNDETERMINED", "ELEVATED")
    mixed = Line("hindsight", "hindsight", month_ends(3), (5.0, 6.0, 30.0), (0.2, 0.3, 0.6), levels)

    hatching, firm, faint = history([mixed], country="X", cuts=CUTS, source="s").figure["data"]

    assert hatching["x"] == ["2020-01-01", "2020-02-29", "2020-02-29", "2020-01-01", None]
    assert hatching["fillpattern"]["shape"] == "/"
    assert firm["y"] == [None, 6.0, 30.0]
    assert faint["y"] == [5.0, 6.0, None]
    assert faint["line"]["dash"] == "dot"


def banded(days: int) -> Line:
    ends = month_ends(4)
    return dataclasses.replace(line(count=4), band=dict.fromkeys((*ends[:days], ends[-1]), (10.0, 30.0)))


def test_the_interval_is_an_area_along_neighbouring_months_and_a_bar_on_a_day_alone() -> None:
    area, bar, *_ = history([banded(2)], country="X", cuts=CUTS, source="s").figure["data"]

    assert area["x"][:4] == ["2020-01-31", "2020-02-29", "2020-02-29", "2020-01-31"]
    assert area["y"][:4] == [30.0, 30.0, 10.0, 10.0]
    assert (bar["x"], bar["y"], bar["error_y"]["array"]) == (["2020-04-30"], [20.0], [10.0])


@pytest.mark.parametrize("days", [0, 2, 3])
def test_a_figure_with_an_interval_is_valid_plotly(days: int) -> None:
    graph_objects.Figure(history([banded(days)], country="X", cuts=CUTS, source="s").figure)


def test_the_table_has_the_interval_where_there_is_one() -> None:
    chart = history([banded(1), line("known_then", count=4)], country="X", cuts=CUTS, source="s")

    assert chart.columns[1:4] == ("Index, hindsight", "Interval, hindsight", "Level, hindsight")
    assert chart.rows[0][:3] == ("2020-04-30", "23.0", "10.0 to 30.0")
    assert chart.rows[1][2] == "–"
    assert len({len(row) for row in chart.rows}) == 1


def test_the_index_axis_always_runs_from_0_to_100() -> None:
    assert history([line()], country="X", cuts=CUTS, source="s").figure["layout"]["yaxis"]["range"] == [0, 100]


def test_lines_follow_the_methods_cuts_and_leave_the_paper_plain() -> None:
    layout = history([line()], country="X", cuts=CUTS, source="s").figure["layout"]

    assert [(shape["type"], shape["y0"], shape["y1"]) for shape in layout["shapes"]] == [
        ("line", cut, cut) for cut in CUTS
    ]
    assert [(word["text"], word["y"]) for word in layout["annotations"]][:2] == [("MINIMAL", 5.0), ("LOW", 15.0)]


def test_one_interval_is_drawn_and_both_are_in_the_table() -> None:
    two = [banded(2), dataclasses.replace(banded(2), key="known_then", title="known then")]

    chart = history(two, country="X", cuts=CUTS, source="s")

    assert [trace["name"] for trace in chart.figure["data"]].count("interval") == 1
    assert sum(head.startswith("Interval") for head in chart.columns) == 2


def test_the_file_of_a_chart_has_the_cells_of_its_table_as_a_program_reads_them() -> None:
    chart = dataclasses.replace(
        drawn_map(), columns=("A", "B"), rows=(("−1,234.5", "–"), ("+3", "=1+1"), ('a, "b"', "10.0 to 30.0"))
    )

    assert chart.csv == 'A,B\r\n-1234.5,\r\n3,\'=1+1\r\n"a, ""b""",10.0 to 30.0\r\n'


def test_a_file_is_called_as_the_chart() -> None:
    assert drawn_map().file_name == "level-by-country-30-june"
    assert dataclasses.replace(drawn_map(), title="…").file_name == "world-map"


@pytest.mark.parametrize(
    ("known", "said"),
    [(dt.date(2024, 6, 30), ""), (dt.date(2024, 7, 1), ", by what was known on 1 July 2024")],
)
def test_a_source_names_its_day_and_the_day_of_knowledge_where_that_is_another(known: dt.date, said: str) -> None:
    assert dated("a list", dt.date(2024, 6, 30), known) == f"a list, as of 30 June 2024{said}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hatch_of_the_map_is_quieter_than_any_level(scheme: str) -> None:
    script, tokens = (STATIC / "js/charts.js").read_text(), tokens_of(scheme)
    names = dict(re.findall(r'"(#[0-9a-f]{6})": "--([\w-]+)"', script))
    hatch = dict(re.findall(r"(\w+): \"?([#\w.]+)", script.partition("const HATCH = {")[2].partition("}")[0]))
    share = float(hatch["line"]) / float(hatch["step"])
    inks = [light_of(tokens[names[hatch[part]]]) for part in ("ink", "ground")]
    mean, paper = share * inks[0] + (1 - share) * inks[1], light_of(tokens["paper"])

    assert all(abs(light_of(tokens[f"level-{n}"]) - paper) > abs(mean - paper) for n in range(1, 6))


def test_title_alt_and_table_say_the_last_value() -> None:
    chart = history([line()], country="Utopia", cuts=CUTS, source="s")

    assert chart.title == "Utopia: index 25.0 (ELEVATED) on 30 June 2020"
    assert "to 25.0 (ELEVATED) on 2020-06-30" in chart.alt
    assert chart.rows[0] == ("2020-06-30", "25.0", "ELEVATED", "60")


def test_a_country_without_points_says_so() -> None:
    assert history([], country="Utopia", cuts=CUTS, source="s").title == "Utopia: no index yet"


def test_a_long_line_is_drawn_for_ten_years_and_tabled_in_full() -> None:
    chart = history([line(count=200)], country="X", cuts=CUTS, source="s")

    assert chart.figure["layout"]["xaxis"]["range"][1] == "2036-08-31"
    assert len(chart.rows) == 200


def test_the_map_names_levels_in_words() -> None:
    assert drawn_map().alt == "World map: Level by country, 30 June. SEVERE: Myanmar; UNDETERMINED: 1; not assessed: 1."


def test_the_two_greys_are_two_traces() -> None:
    names = [trace["name"] for trace in drawn_map().figure["data"] if trace["type"] == "choropleth"]

    assert names == ["no State of the table", "not assessed", "UNDETERMINED", "SEVERE"]


def test_small_states_are_points_and_neutral_land_is_silent() -> None:
    traces = drawn_map().figure["data"]

    assert [trace["customdata"] for trace in traces if trace["type"] == "scattergeo"] == [["MLT"]]
    assert traces[0]["hoverinfo"] == "skip"


def test_charts_sheet_and_script_know_the_same_colours() -> None:
    sheet = (STATIC / "css/tokens.css").read_text().partition("@media")[0]
    tokens = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", sheet))
    script = (STATIC / "js/charts.js").read_text()
    exchanged = dict(re.findall(r'"(#[0-9a-f]{6})": "(--[\w-]+)"', script))
    used = {
        value for value in vars(world_charts).values() if isinstance(value, str) and re.match("#[0-9a-f]{6}$", value)
    }

    assert used | set(world_charts.LEVEL_COLOURS.values()) == set(exchanged)
    assert {colour: tokens[name] for colour, name in exchanged.items()} == {colour: colour for colour in exchanged}


def test_the_ramp_darkens_step_by_step() -> None:
    steps = [world_charts.LEVEL_COLOURS[word] for word in ("MINIMAL", "LOW", "ELEVATED", "HIGH", "SEVERE")]

    lights = [sum(int(step[n : n + 2], 16) * weight for n, weight in ((1, 2), (3, 7), (5, 1))) for step in steps]

    assert lights == sorted(lights, reverse=True)


def light_of(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def tokens_of(scheme: str) -> dict[str, str]:
    light, _, dark = (STATIC / "css/tokens.css").read_text().partition("@media")
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return tokens | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {})


def contrast(one: str, other: str) -> float:
    low, high = sorted((light_of(one), light_of(other)))
    return (high + 0.05) / (low + 0.05)


READ_TOGETHER = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "accent", "bad", "up", "down") for ground in ("paper", "surface")],
    *[(f"level-{n}-ink", f"level-{n}") for n in range(1, 6)],
    ("ink-soft", "sunk"),
    ("ink-soft", "accent-soft"),
    ("accent", "accent-soft"),
    ("accent-ink", "accent"),
    ("notice-ink", "notice"),
    ("bad", "bad-soft"),
    ("ink", "good-soft"),
    ("undetermined-ink", "undetermined"),
    ("unassessed-ink", "unassessed"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_read_has_enough_contrast(scheme: str) -> None:
    tokens = tokens_of(scheme)

    weak = {pair: round(found, 2) for pair in READ_TOGETHER if (found := contrast(*(tokens[n] for n in pair))) < 4.5}

    assert weak == {}
