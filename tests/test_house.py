"""The house rules (docs/ and CONTRIBUTING name them), as far as a machine can see them."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery.schedules import crontab

from r2p_dashboard.celery import QUEUES, app

ROOT = Path(__file__).resolve().parent.parent
TRACKED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
FILES = [ROOT / name for name in TRACKED.split("\0") if name and (ROOT / name).is_file()]
if not FILES:  # an unpacked archive instead of a clone
    SKIPPED = {".venv", ".local", "node_modules", "staticfiles", ".git"}
    FILES = [path for path in ROOT.rglob("*") if path.is_file() and not SKIPPED & set(path.relative_to(ROOT).parts)]
CODE = [path for path in FILES if path.suffix == ".py" and "migrations" not in path.parts]
TEMPLATES = [path for path in FILES if path.is_relative_to(ROOT / "templates")]
MODELS = [path for path in CODE if path.stem == "models" or path.parent.name == "models"]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_test(path: Path) -> bool:
    return path.is_relative_to(ROOT / "tests")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def matches(pattern: str, paths: list[Path], flags: int = 0) -> list[str]:
    """`file: what was found` for every match in any of the files."""
    found = re.compile(pattern, flags)
    return [f"{named(path)}: {hit.group()}" for path in paths for hit in found.finditer(words_of(path))]


def words_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "ignore")


def test_the_rules_look_at_the_project() -> None:
    assert len(CODE) > 100
    assert len(TEMPLATES) > 30
    assert len(MODELS) > 5


def test_no_file_is_longer_than_400_lines() -> None:
    ours = [path for path in FILES if path.suffix in {".py", ".html", ".css", ".js", ".mjs", ".sh"}]
    lengths = {named(path): words_of(path).count("\n") for path in ours if "migrations" not in path.parts}

    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_no_function_is_longer_than_40_lines_nor_a_test_longer_than_60() -> None:
    long = []
    for path in CODE:
        most = 60 if is_test(path) else 40
        for function in functions(path):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            long += [f"{named(path)}: {function.name} has {lines}"] if lines > most else []

    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "services", "service", "manager", "managers", "common", "misc"}

    assert {named(path) for path in CODE if path.stem in vague} <= {"r2p_dashboard/local/services.py"}


def test_every_dependency_has_its_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    data = tomllib.loads("\n".join(lines))
    wanted = [
        *data["project"]["dependencies"],
        *(name for group in data["dependency-groups"].values() for name in group),
    ]

    without = [name for name in wanted if not any(f'"{name}"' in line and re.search(r"# \w", line) for line in lines)]
    assert without == []


def runs_a_day(schedule: Any) -> int:
    return len(schedule.minute) * len(schedule.hour)


def test_every_beat_entry_has_a_minute_and_runs_as_often_as_its_comment_says() -> None:
    source = (ROOT / "r2p_dashboard/celery.py").read_text(encoding="utf-8")

    assert source.count("crontab(minute=") + source.count("crontab(\n") == source.count("crontab(")
    for name, entry in app.conf.beat_schedule.items():
        schedule: Any = entry["schedule"]
        assert isinstance(schedule, crontab)
        said = re.search(rf'#.*?(\d+|one) runs? a day.*\n\s+"{name}":', source)
        assert said is not None, name
        assert {"one": "1"}.get(said[1], said[1]) == str(runs_a_day(schedule)), name


def test_sweeps_do_not_pile_up_while_no_worker_runs() -> None:
    assert app.conf.beat_schedule["sweep"]["options"] == {"expires": 60}


def test_every_beat_entry_and_every_route_leads_to_a_task_with_a_queue_that_is_consumed() -> None:
    app.loader.import_default_modules()
    queues = {route["queue"] for route in app.conf.task_routes.values()}

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
    assert queues == set(QUEUES)  # those of compose's and of `make run`'s worker: test_deployment_files


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    ours = [path for path in FILES if path.suffix in {".py", ".html", ".css", ".js", ".mjs", ".md", ".toml", ".yml"}]

    assert matches(r"\b(TODO|FIXME|HACK)\b", [path for path in ours if path.name != "test_house.py"]) == []


def test_no_task_is_ever_eager() -> None:
    eager = matches("(task_)?always_eager", [path for path in CODE if path.name != "test_house.py"], re.IGNORECASE)

    assert eager == []
    assert not app.conf.task_always_eager


def test_only_scripts_print() -> None:
    may_print = ("r2p_dashboard/local/", "bench/", "countries/data/")
    prints = [
        f"{named(path)}:{node.lineno}"
        for path in CODE
        if not named(path).startswith(may_print)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert prints == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    ours = [path for path in FILES if path.name not in {"uv.lock", "test_house.py"}]

    assert matches(r"(?<![\w.}])/(?:work|root|home|Users)/[\w.]+", ours) == []


def test_no_file_names_a_private_package_registry() -> None:
    names = ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "NPM_CONFIG_REGISTRY", "npm_config_registry")
    hosts = {urlsplit(os.environ.get(name, "")).hostname for name in names} - {None, "pypi.org", "registry.npmjs.org"}
    ours = [path for path in FILES if path.name not in {"uv.lock", "test_house.py"}]

    assert matches(r"https?://[\w.-]*(?:artifactory|nexus|devpi|registry)[\w.-]*", ours) == []
    assert [named(path) for path in ours for host in hosts if host and host in words_of(path)] == []


ALONE = {
    "templates/api/docs.html": "a page of its own kind: it holds nothing but the schema's viewer",
}


def test_every_template_extends_another_or_starts_by_saying_what_it_is() -> None:
    starts = tuple(f"{{% {word} " for word in ("comment", "extends"))

    assert {named(path) for path in TEMPLATES if not words_of(path).startswith(starts)} == set(ALONE)


def test_no_template_holds_a_style_a_script_or_a_handler_of_its_own() -> None:
    inline = r"<style|\sstyle=|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=[\"']|javascript:"

    found = [
        f"{named(path)}: {hit}"
        for path in TEMPLATES
        for hit in re.findall(inline, re.sub(r"{% comment.*?endcomment %}", "", words_of(path), flags=re.DOTALL))
    ]
    assert found == []


def test_no_model_orders_itself_or_saves_in_secret() -> None:
    assert matches(r"^\s+ordering\s*=.*", MODELS, re.MULTILINE) == []
    assert matches(r"def (save|delete)\(", MODELS) == []


def test_no_signal_of_the_orm_is_used() -> None:
    ours = [path for path in CODE if not is_test(path)]

    assert matches(r"django\.db\.models\.signals|django\.dispatch|django\.core\.signals", ours) == []


NEGATED = re.compile(r"\b(not|no|never|nor|neither|rather than)\b[^.<>]{0,40}$", re.IGNORECASE)


def test_no_page_speaks_of_predictions_or_probabilities_but_to_deny_them() -> None:
    banned = re.compile(r"\bpredict\w*|\bforecast\w*|threat score|\bprobabilit\w+|\bwill happen\b", re.IGNORECASE)

    said = []
    for path in TEMPLATES:
        text = " ".join(words_of(path).split())
        hits = [hit for hit in banned.finditer(text) if not NEGATED.search(text[: hit.start()])]
        said += [f"{named(path)}: …{text[max(0, hit.start() - 40) : hit.end()]}" for hit in hits]
    assert said == []


def test_no_index_is_printed_with_a_percent_sign() -> None:
    assert matches(r"(overall|index|printed)[^{}<>%]{0,20}}}\s*%", TEMPLATES) == []


def test_a_negation_is_told_from_a_claim() -> None:
    assert NEGATED.search("It is not a ")
    assert not NEGATED.search("It is not. This is the ")


@pytest.mark.parametrize("name", ["indicators", "reports", "countries", "people"])
def test_the_domain_never_reads_the_clock(name: str) -> None:
    edges = {"tasks", "views", "api", "admin", "management", "urls"}
    inner = [
        path
        for path in CODE
        if path.is_relative_to(ROOT / name) and not edges & {path.stem, *path.relative_to(ROOT).parts}
    ]

    assert (
        matches(r"\b(dt|datetime)\.(datetime\.now|date\.today)\(|timezone\.now\(|time\.time\(|clock\.now", inner) == []
    )


def test_the_web_process_loads_no_pandas_and_no_plotly() -> None:
    asked = (
        "import django, sys; django.setup(); import r2p_dashboard.urls; print({'pandas', 'plotly'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "set()"
