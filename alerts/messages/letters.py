"""Words in the picture of a mail. The letters that Pillow brings have no accents: these are put on. Pure."""

import unicodedata

from PIL import ImageDraw, ImageFont

Letters = ImageFont.FreeTypeFont | ImageFont.ImageFont
MARKS = {"\u0301": "´", "\u0300": "`", "\u0302": "^", "\u0308": ".."}  # what stands above, in letters that it has
RISE = {"..": 0.62, "^": 0.5}  # of the height of letters: those that stand lower by themselves
_WHOLE = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "–": "-", "’": "'", "\u00a0": " ", "\u202f": " "})


def in_its_letters(text: str) -> tuple[str, dict[int, str]]:
    """The letters without accents, and what stands above them by their places."""
    plain, above = "", {}
    for sign in unicodedata.normalize("NFD", text.translate(_WHOLE)):
        if sign in MARKS:
            above[len(plain) - 1] = MARKS[sign]
        elif not unicodedata.combining(sign):
            plain += sign
    return plain, above


def write(
    brush: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, fill: str, font: Letters, anchor: str
) -> None:
    """Like `brush.text`, of one line."""
    plain, above = in_its_letters(text)
    brush.text(at, plain, fill=fill, font=font, anchor=anchor)
    if not isinstance(font, ImageFont.FreeTypeFont):
        return
    share = {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]]
    left = at[0] - share * font.getlength(plain)
    ascent, descent = font.getmetrics()
    base = at[1] + {"a": ascent, "m": (ascent - descent) / 2, "s": 0, "b": -descent}[anchor[1]]
    for place, mark in above.items():
        middle = left + font.getlength(plain[:place]) + font.getlength(plain[place]) / 2
        rise = (0.2 if plain[place].isupper() else 0.0) + RISE.get(mark, 0.0)
        own = ImageFont.load_default(font.size * 0.6) if mark == "^" else font
        brush.text((middle, base - rise * font.size), mark, fill=fill, font=own, anchor="ms")
