"""Plain typed makers: each makes one valid row of obviously synthetic content, and takes what a test cares about."""

import datetime as dt
import itertools
import json
from typing import Any

from countries.models import Country
from indicators import coding
from indicators.models import Evidence, Indicator
from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import Family, Passage, Report, Source

NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
TODAY = dt.date(2024, 6, 30)  # INSTALLATION_DAY of the tests
PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def person(role: Role = Role.READER, **fields: Any) -> User:
    number = next(_numbers)
    defaults = {"email": f"person-{number}@test.example", "name": f"Person {number}", "role": role}
    return User.objects.create_user(password=PASSWORD, **(defaults | fields))


def country(iso3: str = "MMR") -> Country:
    """One of the reference table: needs the fixture `reference`."""
    return Country.objects.get(iso3=iso3)


def indicator(code: str = "7.14") -> Indicator:
    """One of the catalogue in use: needs the fixture `reference`."""
    return Indicator.objects.in_use().get(code=code)


def family(slug: str = "") -> Family:
    slug = slug or f"body-{next(_numbers)}"
    return Family.objects.get_or_create(slug=slug, defaults={"name": f"Body {slug}"})[0]


def source(**fields: Any) -> Source:
    number = next(_numbers)
    defaults = {"slug": f"source-{number}", "name": f"Source {number}", "reliability": "B", "licence": "made up"}
    return Source.objects.create(**({"family": family()} | defaults | fields))


def report(**fields: Any) -> Report:
    number = next(_numbers)
    text = f"Synthetic text number {number}. It speaks of nobody."
    defaults = {
        "kind": Report.Kind.DOCUMENT,
        "reader": "text",
        "title": f"Synthetic report {number}",
        "url": f"https://report-{number}.test.example/",
        "published_on": dt.date(2024, 6, 1),
        "media_type": "text/plain",
        "bytes": text.encode(),
        "sha256": f"{number:064x}",
        "text": text,
        "received_at": NOW,
    }
    return Report.objects.create(**({"source": fields.pop("source", None) or source()} | defaults | fields))


def passage(of: Report | None = None, **fields: Any) -> Passage:
    of = of or report()
    order = of.passages.count()
    defaults = {"order": order, "start": 0, "end": len(of.text), "text": of.text, "locator": f"paragraph {order + 1}"}
    return Passage.objects.create(report=of, **(defaults | fields))


def draft(**fields: Any) -> coding.EvidenceDraft:
    defaults: dict[str, Any] = {
        "indicator": fields.pop("indicator", None) or indicator(),
        "country": fields.pop("country", None) or country(),
        "family": fields.pop("family", None) or family(),
        "severity": 3,
        "polarity": Evidence.Polarity.RISK,
        "reliability": "B",
        "credibility": 2,
        "event_on": dt.date(2024, 5, 1),
        "known_on": dt.date(2024, 6, 1),
        "event_key": f"event-{next(_numbers)}",
        "note": "synthetic",
    }
    return coding.EvidenceDraft(**(defaults | fields))


def proposed(*, coder: User | None = None, of: Passage | None = None, at: dt.datetime = NOW, **fields: Any) -> Evidence:
    return coding.propose(
        passage=of or passage(), draft=draft(**fields), coder=coder or person(Role.CODER), at=at, installation_day=TODAY
    )


def accepted(*, by: User | None = None, at: dt.datetime = NOW, **fields: Any) -> Evidence:
    row = proposed(at=at, **fields)
    return coding.accept(evidence_id=row.pk, by=by or person(Role.ADMIN), at=at)


def confidential(**fields: Any) -> Evidence:
    return accepted(sensitivity=Sensitivity.CONFIDENTIAL, **fields)


def ucdp_csv(*rows: tuple[int, str, int, int, int], version: str = "25.1") -> bytes:
    """A country-year file: (Gleditsch–Ward number, name, year, state-based deaths, one-sided deaths) a row."""
    header = "country_id_cy,country_cy,year_cy,sb_total_deaths_best_cy,os_total_deaths_best_cy,version"
    lines = [f'{number},"{name}",{year},{sb},{os},{version}' for number, name, year, sb, os in rows]
    return "\n".join([header, *lines, ""]).encode()


def note(**changes: Any) -> bytes:
    """A coding note with one passage and one claim; `changes` override fields of the claim or of the note."""
    claim = {
        "country": "MMR", "indicator": "7.14", "severity": 3, "polarity": "risk", "event": "synthetic-event",
        "event_on": [dt.date(2024, 5, 1)], "family": "body", "reliability": "B", "credibility": "2",
        "claim": "alleged", "actor": "unknown", "why": "made up for a test",
    }  # fmt: skip
    head = {
        "id": "synthetic-note", "title": "A synthetic note", "source": "carrier", "url": "https://note.test.example/",
        "published_on": dt.date(2024, 6, 1), "language": "en", "coded_by": "Nobody",
    }  # fmt: skip
    for key, value in changes.items():
        (claim if key in claim else head)[key] = value
    lines = ["[note]", *_toml(head)]
    lines += ["[sources.carrier]", 'name = "Carrier"', 'family = "body"', 'reliability = "B"', 'licence = "made up"']
    lines += ["[families]", 'body = "A body"']
    lines += ["[[passage]]", 'locator = "paragraph 1"', 'text = "A synthetic statement about nobody."']
    return "\n".join([*lines, "[[passage.evidence]]", *_toml(claim), ""]).encode()


def _toml(table: dict[str, Any]) -> list[str]:
    return [f"{key} = {_toml_value(value)}" for key, value in table.items()]


def _toml_value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    return str(value) if isinstance(value, dt.date) else json.dumps(value)
