"""A back-test as lines of text, for a terminal; the page says the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_noop

from indicators.backtest.verdict import named

NAMES: Final = {
    "index": gettext_noop("this method's index"),
    "decayed": gettext_noop("one-sided deaths, decayed (2 years)"),
    "this_year": gettext_noop("one-sided deaths of 25 or more in the latest year"),
}

SAME_MONTHS: Final = gettext_noop("this method's index, where those deaths are known")


def lines(result: Mapping[str, Any], method: str) -> Iterator[str]:
    """The report on a method of this name, limits first."""
    counts = result["counts"]
    yield f"{result['label']}: computed now over rows that were entered later; it flatters."
    yield from _inputs(result["inputs"])
    yield ""
    yield f"OUTCOMES TESTED: {counts['onsets']} in {counts['onset_countries']} countries"
    yield (
        f"  {counts['listed']} in the list, {counts['in_test_years']} with a month in the test years,"
        f" {counts['not_assessed_onsets']} of these where nothing was known of the country"
    )
    yield (
        f"  {counts['rows']} country-months over {counts['months']} months,"
        f" {counts['positive']} of them before an outcome;"
        f" left out: {counts['ongoing_left_out']} while one went on, {counts['not_assessed_left_out']} not assessed"
    )
    if result["status"] != "tested":
        yield "CANNOT BE TESTED:"
        yield from (f"  {why}" for why in result["why"])
        return
    yield ""
    yield named(result["verdict"]["sentence"], method)
    yield ""
    yield from _figures(result)
    yield from _leads(result)
    yield from _parts(result)
    yield from _sensitivity(result)
    yield from _mapping(result["mapping"])


def number(value: float | None, digits: int = 3) -> str:
    """A figure, or "not known"."""
    return "not known" if value is None else f"{value:.{digits}f}".replace("-", "−")


def span(ends: list[float] | None, digits: int = 3) -> str:
    """An interval in brackets; empty where there is none."""
    return f" [{number(ends[0], digits)}, {number(ends[1], digits)}]" if ends else ""


def _inputs(inputs: Mapping[str, Any]) -> Iterator[str]:
    yield f"Inputs: {inputs['evidence_rows']} pieces of evidence, {inputs['series_rows']} series values."
    if inputs["left_out"]:
        yield f"Left out, because the outcomes were made from it: {', '.join(inputs['left_out'])}."
    if inputs["near_kin"]:
        kin = ", ".join(inputs["near_kin"])
        yield f"Near kin of the outcomes, still in: {kin} (the same source, or the same events told by another)."


def _figures(result: Mapping[str, Any]) -> Iterator[str]:
    everything = [("index", result["index"] | {"rows": result["counts"]["rows"]})]
    common = [one for one in result["yardsticks"] if one["key"] != "index" or one["rows"] != result["counts"]["rows"]]
    everything += [(one["key"], one) for one in common]
    names = [SAME_MONTHS if key == "index" and place else NAMES[key] for place, (key, _) in enumerate(everything)]
    wide = _width(names)
    yield f"{'':{wide}}{'AUC':24}{'AP':24}rec@10   rec@30   false alarms per hit in 30"
    for name, (_, one) in zip(names, everything, strict=True):
        yield (
            f"{name:{wide}}{number(one['auc']) + span(one['intervals']['auc']):24}"
            f"{number(one['ap']) + span(one['intervals']['ap']):24}"
            f"{number(one['recall_10'], 2):9}{number(one['recall_30'], 2):9}{number(one['false_alarms_30'], 1)}"
            f"   ({one['rows']} country-months)"
        )
    yield f"Base rate {number(result['base_rate'], 4)}. Intervals: 95 of 100 draws of countries."
    high = result["high"]
    yield (
        f"At HIGH or above: {high['rows']} rows, recall {number(high['recall'], 2)},"
        f" false alarms per hit {number(high['false_alarms'], 1)}"
    )


def _leads(result: Mapping[str, Any]) -> Iterator[str]:
    for key, words in (("top_30", "in the top 30"), ("high", "at HIGH or above")):
        one = result["leads"][key]
        months = f", for {one['median_months']:g} months in the median" if one["warned"] else ""
        since = f"({one['cut']} since the first month)"
        yield f"When they began, {one['warned']} of {one['of']} stood {words}{months} {since}"
    if result["leads"]["top_30"]["untold"]:
        yield f"Of {result['leads']['top_30']['untold']} more the last month end before is not tested"


def _parts(result: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    hard = result["hard"] | {"name": "hard: five years without a death in an event series"}
    parts = [hard, *result["regions"], *result["bands"]]
    wide = _width([one["name"] for one in parts])
    for one in parts:
        if "cannot" in one:
            yield f"{one['name']:{wide}}cannot be said: {one['cannot']} ({one['rows']} rows)"
        else:
            yield (
                f"{one['name']:{wide}}AUC {number(one['auc'])}  AP {number(one['ap'])}"
                f"  rec@30 {number(one['recall_30'], 2)}  base {number(one['base_rate'], 4)}"
                f"  ({one['onsets']} outcomes, {one['rows']} rows)"
            )


def _width(names: Sequence[str]) -> int:
    """Of a column that cuts none of its names."""
    return max(map(len, names)) + 2


def _sensitivity(result: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    weights = result["weights"]
    yield f"Under {weights['draws']} draws of the weights: AUC{span(weights['auc'])}, AP{span(weights['ap'])}"
    for one in result["half_lives"]:
        words = "halved" if one["key"] == "half" else "doubled"
        yield f"Half-lives {words}: AUC {number(one['auc'])}, AP {number(one['ap'])}"
    told = [f"{one['factor']}: {number(one['change'])}" for one in result["factors"] if one["has_any"]]
    yield f"Change of AUC without a factor (those with any input): {', '.join(told) or 'none has any'}"


def _mapping(mapping: Mapping[str, Any]) -> Iterator[str]:
    if "cannot" in mapping:
        yield f"Platt mapping: none. {mapping['cannot']}"
        return
    yield (
        f"Platt mapping, out of time, {mapping['years'][0]}–{mapping['years'][1]}: Brier {number(mapping['brier'], 4)}"
        f" against {number(mapping['brier_base'], 4)} of the base rate alone, skill {number(mapping['skill'])}"
    )
