"""`{% styles "charts" "country" %}`: the page's stylesheet, within the page: r2p_dashboard.styles."""

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from r2p_dashboard.styles import sheet_of

register = template.Library()


@register.simple_tag(takes_context=True)
def styles(context: RequestContext, *parts: str) -> SafeString:
    """The sheet itself, once a page; its digest is left with the request for the policy of contents.

    Names of parts stand as plain words in quotes, for a test reads them. The id and class keep Plotly from adding
    sheets of its own.
    """
    sheet = sheet_of(parts)
    context["request"].own_style = sheet.source
    text = mark_safe(sheet.text)  # noqa: S308 - our own files
    return format_html('<style id="plotly.js-style-global" class="no-inline-styles">{}</style>', text)
