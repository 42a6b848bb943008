"""What a row may say, and by which headings each thing is known in six languages."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_noop as _

from countries.naming import key_of

TEXT_MAX = 6_000  # characters of a passage, as in the entry form


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One thing a row says. `headings` are what columns of it are called, in any case and order of words.

    Label and help are in English here; a page says them in its language.
    """

    name: str
    label: str
    help: str
    headings: tuple[str, ...]
    is_required: bool = False


_COUNTRY = Field(
    "country", _("Country"), _("A name in six languages, or its ISO or M49 code."),
    ("iso3", "iso3 code", "country iso3", "iso 3166-1 alpha-3", "iso2", "iso", "iso code", "country code", "code pays",
     "国家代码", "location code", "coo iso", "m49", "country", "country name", "name of country", "pays", "país",
     "страна", "国家", "الدولة", "البلد", "state", "nation", "territory"),
    is_required=True,
)  # fmt: skip
EVIDENCE = (
    _COUNTRY,
    Field("indicator", _("Indicator"), _("Its code, such as 7.14. Write 7.10 as text, or it becomes 7.1."),
          ("indicator", "indicator code", "code", "indicateur", "código de indicador", "indicador", "индикатор",
           "показатель", "指标", "المؤشر"), is_required=True),
    Field("source", _("Source"), _("Its short name or its name, as the list of sources has it."),
          ("source", "source name", "publisher", "published by", "éditeur", "fuente", "источник", "来源", "المصدر")),
    Field("report", _("Report number"),
          _("Of a report taken in, such as 12 (it stands in its address), with “Where in it”: instead of the words."),
          ("report", "report number", "report id", "rapport", "informe", "отчет", "报告", "التقرير")),
    Field("locator", _("Where in it"), _("Page or paragraph."),
          ("locator", "where", "page", "paragraph", "para", "paragraphe", "párrafo", "страница", "页", "الصفحة")),
    Field("text", _("The passage"), _("The sentences that carry the fact; no names of victims or witnesses."),
          ("text", "passage", "excerpt", "quote", "texte", "extrait", "texto", "pasaje", "текст", "文本", "النص")),
    Field("severity", _("Severity"), "0 to 4.",
          ("severity", "sévérité", "gravité", "gravedad", "severidad", "тяжесть", "严重程度", "الشدة"),
          is_required=True),
    Field("polarity", _("Direction"), _("risk or mitigation; empty: risk."),
          ("polarity", "direction", "polarité", "polaridad", "направление", "方向", "الاتجاه")),
    Field("grade", _("Grade"), _("Both letters in one, such as B2."),
          ("grade", "admiralty", "admiralty grade", "grading", "cote", "calificación", "оценка", "等级", "التقييم")),
    Field("reliability", _("How reliable the finding body is"), _("A to F; empty: the source's own."),
          ("reliability", "source reliability", "fiabilité", "fiabilidad", "надежность", "可靠性", "الموثوقية")),
    Field("credibility", _("How credible the statement is"), "1 to 6.",
          ("credibility", "information credibility", "crédibilité", "credibilidad", "достоверность", "可信度",
           "المصداقية")),
    Field("event_on", _("Day it happened"), _("A whole day; only a month known: its first day."),
          ("event on", "event day", "event date", "date", "day", "date of event", "date de l'événement", "fecha",
           "fecha del evento", "дата", "дата события", "日期", "事件日期", "التاريخ", "تاريخ الحدث"), is_required=True),
    Field("published_on", _("Day it was public"), _("When the world could know."),
          ("published on", "published", "publication date", "date published", "date de publication",
           "fecha de publicación", "дата публикации", "发布日期", "تاريخ النشر")),
    Field("family", _("Who made the finding"), _("A body of the list; empty: the source itself."),
          ("family", "finding body", "body", "organisme", "organismo", "организация", "机构", "الجهة")),
    Field("actor", _("From whom"), _("state, armed_group, militia, gang, several, unknown …"),
          ("actor", "perpetrator", "acteur", "auteur", "actor armado", "исполнитель", "行为者", "الفاعل")),
    Field("claim", _("What the statement claims"), _("alleged, verified, may_amount or court."),
          ("claim", "claim status", "statut", "estado de la denuncia", "утверждение", "指控", "الادعاء")),
    Field("event_key", _("Name of the event"), _("Small letters, digits and hyphens."),
          ("event", "event key", "event name", "événement", "evento", "событие", "事件", "الحدث")),
    Field("admin1", _("First-level area"), _("State, province or region."),
          ("admin1", "area", "region", "province", "région", "provincia", "región", "регион", "省", "المنطقة")),
    Field("group", _("Group at risk"), _("In neutral words; never a person."),
          ("group", "group at risk", "groupe", "grupo", "группа", "群体", "الفئة")),
    Field("note", _("Why this indicator and this severity"), _("One sentence: the reviewer decides by it."),
          ("note", "why", "comment", "reason", "pourquoi", "nota", "примечание", "备注", "ملاحظة"), is_required=True),
    Field("sensitivity", _("Who may see it"), _("public, internal, confidential, strictly confidential; or 0 to 3."),
          ("sensitivity", "classification", "sensibilité", "confidencialidad", "секретность", "敏感性", "السرية")),
    Field("url", _("Address of the original"), "https://…",
          ("url", "link", "address", "lien", "enlace", "ссылка", "链接", "الرابط")),
)  # fmt: skip
SERIES = (
    _COUNTRY,
    Field("period", _("Period"), _("A year, a month such as 2024-06, or a day."),
          ("period", "year", "month", "date", "time", "période", "année", "mois", "año", "mes", "período", "год",
           "период", "年", "年份", "السنة", "الفترة", "reference period end"), is_required=True),
    Field("value", _("Value"), _("The figure, in the unit of the series."),
          ("value", "figure", "obs value", "number", "valeur", "valor", "значение", "数值", "值", "القيمة"),
          is_required=True),
    Field("series", _("Series"), _("Its short name, where the file holds several."),
          ("series", "series slug", "série", "serie", "ряд", "系列", "السلسلة")),
    Field("unit", _("Unit"), _("Checked against the unit of the series."),
          ("unit", "units", "unité", "unidad", "единица", "单位", "الوحدة")),
)  # fmt: skip
TEMPLATE_HEADINGS = {"report": "report number", "family": "finding body", "group": "group at risk"}
FIELDS: Mapping[str, tuple[Field, ...]] = {"evidence": EVIDENCE, "series": SERIES}


def guessed(kind: str, header: Sequence[str]) -> dict[str, int]:
    """The column of each field by its heading; of several the plainest, of two alike none."""
    found: dict[str, int] = {}
    for field in FIELDS[kind]:
        known = [heading_key(word) for word in (*field.headings, field.name)]
        ranks = [(known.index(heading_key(name)), place) for place, name in enumerate(header) if _is_one(name, known)]
        best = [place for rank, place in ranks if rank == min(ranks)[0]]
        if len(best) == 1:
            found[field.name] = best[0]
    return found


def _is_one(heading: str, known: Sequence[str]) -> bool:
    return bool(heading) and heading_key(heading) in known


def signature(kind: str, header: Sequence[str]) -> str:
    """What two files with the same headings in the same order share, whoever sends them."""
    said = "\n".join([kind, *(heading_key(heading) for heading in header)])
    return hashlib.sha256(said.encode()).hexdigest()


def heading_key(heading: str) -> str:
    """A heading as it is compared."""
    return key_of(heading.replace("_", " "))


def column_name(place: int, header: Sequence[str]) -> str:
    """A column as a person finds it: its letter, as in a spreadsheet, and its heading."""
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    heading = header[place] if place < len(header) else ""
    return f"{letters} “{heading}”" if heading else f"{letters} (no heading)"


def template_of(kind: str) -> list[str]:
    """The headings of an empty table, each of which is understood as its own field."""
    return [TEMPLATE_HEADINGS.get(field.name, field.name) for field in FIELDS[kind]]
