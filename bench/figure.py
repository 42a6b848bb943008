"""One measured figure beside its yardstick, and how a run of them is printed and kept."""

import dataclasses
import gc
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """What was measured; `skipped` says why, where it could not be."""

    name: str
    value: float | None = None
    unit: str = "s"
    yardstick: str = ""
    yardstick_value: float | None = None
    reach: str = ""
    queries: int | None = None
    skipped: str = ""
    details: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times the yardstick."""
        return self.value / self.yardstick_value if self.value is not None and self.yardstick_value else None

    def as_json(self) -> dict[str, Any]:
        return {**dataclasses.asdict(self), "ratio": self.ratio}


def from_json(data: dict[str, Any]) -> Figure:
    return Figure(**{key: value for key, value in data.items() if key != "ratio"})


def wall(work: Callable[[], object], times: int = 1) -> float:
    """Shortest wall time of a few runs, seconds."""
    return min(_took(work, time.perf_counter) for _ in range(times))


def cpu_ms(work: Callable[[], object], times: int = 15) -> float:
    """Median CPU time of this process over a few runs, after one that warms up, milliseconds."""
    work()
    took = sorted(_took(work, time.process_time) for _ in range(times))
    return 1000 * took[len(took) // 2]


def _took(work: Callable[[], object], clock: Callable[[], float]) -> float:
    gc.collect()
    began = clock()
    work()
    return clock() - began


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def printed(figures: Sequence[Figure]) -> str:
    """A Markdown table: figure, value, yardstick, ratio, queries, what to reach."""
    lines = ["| Figure | Value | Yardstick in the same run | Ratio | Queries | To reach |", "|---|---|---|---|---|---|"]
    for one in figures:
        value = f"skipped: {one.skipped}" if one.skipped else f"{number(one.value)} {one.unit}"
        beside = f"{one.yardstick}: {number(one.yardstick_value)} {one.unit}" if one.yardstick else "–"
        queries = "–" if one.queries is None else str(one.queries)
        lines.append(f"| {one.name} | {value} | {beside} | {number(one.ratio)} | {queries} | {one.reach or '–'} |")
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    return {
        "processors": os.cpu_count(),
        "architecture": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def keep(figures: Sequence[Figure], *, at: str, about: dict[str, Any], folder: Path = RESULTS) -> Path:
    """Write the run as JSON; where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at.replace(':', '')}.json"
    kept = {"at": at, "machine": about, "figures": [one.as_json() for one in figures]}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
