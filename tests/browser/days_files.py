"""A day's mixed files of synthetic content: three languages, ten reprints, five broken ones, two hostile ones."""

import random

from tests.reports.documents import docx, locked_pdf, mail, pdf, zipped

WORDS = {
    "en": "the village river morning people market road three houses north people said that they had seen after rain "
    "before winter many farmers walked along with their children and nobody knew where the lorries would go next week",
    "fr": "le village rivière matin marché route trois maisons nord les habitants ont dit que après la pluie avant "
    "hiver beaucoup de paysans marchaient avec leurs enfants et personne ne savait où les camions iraient ensuite",
    "es": "el pueblo río mañana mercado camino tres casas norte los vecinos dijeron que después de la lluvia antes del "
    "invierno muchos campesinos caminaban con sus hijos y nadie sabía adónde irían los camiones la semana siguiente",
}
SIGNS = {
    "en": "In Myanmar soldiers burned down the village and killed dozens of civilians.",
    "fr": "Au Myanmar, des soldats ont incendié le village et tué des dizaines de civils.",
    "es": "En Myanmar, soldados incendiaron la aldea y mataron a decenas de civiles.",
}
ENDINGS = ("txt", "html", "docx", "pdf", "eml")


def _sentences(language: str, seed: int, count: int = 12) -> list[str]:
    dice = random.Random(f"{language}-{seed}")  # the same files each time
    words = WORDS[language].split()
    lines = [" ".join(dice.choices(words, k=14)).capitalize() + "." for _ in range(count)]
    return [*lines[:4], SIGNS[language], *lines[4:]]


def _packed(ending: str, lines: list[str], title: str) -> bytes:
    text = "\n".join(lines)
    if ending == "pdf" and not text.isascii():  # the small PDFs of our tests know no accents
        ending = "docx"
    if ending == "txt":
        return f"{title}\n\n{text}".encode()
    if ending == "html":
        said = "".join(f"<p>{line}</p>" for line in lines)
        head = '<meta charset="utf-8"><meta property="article:published_time" content="2024-06-01">'
        page = f"<html><head><title>{title}</title>{head}</head><body><article>{said}</article></body></html>"
        return f"<!doctype html>{page}".encode()
    if ending == "docx":
        return docx(*lines, title=title)
    if ending == "pdf":
        return pdf(lines, title=title)
    return mail(text, subject=title).as_bytes()


def good() -> dict[str, bytes]:
    """42 files, one of them a ZIP of three, in three languages and five kinds."""
    files: dict[str, bytes] = {}
    for number in range(44):
        language = ("en", "fr", "es")[number % 3]
        ending = ENDINGS[number % len(ENDINGS)]
        title = f"Made-up report {number}"
        files[f"{number:02}-{language}.{ending}"] = _packed(ending, _sentences(language, number), title)
    inside = {name: files.pop(name) for name in list(files)[-3:]}
    return files | {"three.zip": zipped(inside)}


def reprints() -> dict[str, bytes]:
    """Ten of the same words under another carrier's head, in another kind of file."""
    files = {}
    for number in range(10):
        language, ending = ("en", "fr", "es")[number % 3], ENDINGS[(number + 1) % len(ENDINGS)]
        lines = ["Carried by a made-up wire.", *_sentences(language, number)]
        files[f"again-{number}.{ending}"] = _packed(ending, lines, f"Carried report {number}")
    return files


def broken() -> dict[str, bytes]:
    """Five that nobody can read."""
    return {
        "cut.pdf": pdf(_sentences("en", 100))[:200],
        "locked.pdf": locked_pdf(),
        "empty.txt": b"",
        "torn.docx": docx("Made-up words.")[:150],
        "noise.txt": b"\x00\x01\x02\xff" * 300,
    }


def hostile() -> dict[str, bytes]:
    """A ZIP that unpacks to a thousand times its size, and a DOCX whose entities would."""
    bomb = zipped({"bomb.txt": b"a" * 60_000_000})
    inner = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return {"bomb.zip": bomb, "entities.docx": docx("&b;", doctype=inner)}
