"""How a mail looks: style attributes alone, since old mail programs read nothing else. Pure."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from indicators.models.score import Level

# The site's ramp (static/css/tokens.css, light): background and ink.
RAMP = {
    Level.ELEVATED: ("#e0964a", "#2a1702"),
    Level.HIGH: ("#ad4526", "#ffffff"),
    Level.SEVERE: ("#63122b", "#ffffff"),
}
PLAIN = ("#0f5a6e", "#ffffff")  # of a bar without a level
# Text and ground are left to the program, so that light and dark both work; only what has both its ground and its ink
# named here has a colour of its own.
STYLES = {
    "body": "margin:0;padding:0;font:16px/1.5 Arial,Helvetica,sans-serif;-webkit-text-size-adjust:100%",
    "frame": "padding:12px",
    "page": "width:100%;max-width:600px;border-collapse:collapse",
    "bar": "padding:10px 14px;border:1px solid #7f8583;font:bold 18px/1.3 Arial,Helvetica,sans-serif",
    "title": "margin:16px 0 4px;font:bold 22px/1.25 Georgia,serif",
    "small": "margin:0 0 12px;font-size:14px",
    "head": "margin:20px 0 4px;font:bold 16px/1.3 Arial,Helvetica,sans-serif",
    "text": "margin:0 0 8px",
    "open": "margin:16px 0 0;padding:10px 14px;border:1px solid #7f8583",
    "list": "margin:0;padding:0 0 0 22px",
    "item": "margin:0 0 8px;padding:0",
    "picture": "display:block;width:100%;max-width:320px;height:auto;margin:12px 0 4px;border:0",
    "actions": "padding:16px 0 8px",
    "button": "padding:0;background-color:#0f5a6e",
    "act": "display:block;padding:11px 18px;color:#ffffff;font-weight:bold;text-decoration:none",
    "link": "display:inline-block;padding:8px 16px 8px 0;color:inherit;text-decoration:underline",
    "inline": "color:inherit;text-decoration:underline",
    "foot": "border-top:1px solid #7f8583;padding-top:12px;font-size:14px",
}
# Mail programs know no logical properties: from right to left the sides are named the other way round.
_MIRRORED = {
    "list": "margin:0;padding:0 22px 0 0",
    "link": "display:inline-block;padding:8px 0 8px 16px;color:inherit;text-decoration:underline",
}


def attributes(direction: str) -> dict[str, SafeString]:
    """A style attribute by name, for a page that runs `ltr` or `rtl`."""
    rules = STYLES | (_MIRRORED if direction == "rtl" else {})
    return {name: format_html(' style="{}"', said) for name, said in rules.items()}


def bar(level: Level | None) -> SafeString:
    """The attributes of the cell that holds the first words; `bgcolor` is for programs that know no styles."""
    ground, ink = RAMP.get(level, PLAIN) if level is not None else PLAIN
    return format_html(' bgcolor="{0}" style="{2};background-color:{0};color:{1}"', ground, ink, STYLES["bar"])
