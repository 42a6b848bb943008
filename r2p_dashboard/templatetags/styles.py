"""`{% styles "charts" "country" %}`: one stylesheet of these parts of static/css/parts: r2p_dashboard.styles."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from r2p_dashboard.styles import address_of

register = template.Library()


@register.simple_tag
def styles(*parts: str) -> SafeString:
    """The link to it. Names stand as plain words in quotes: the file is made before any page is."""
    return format_html('<link rel="stylesheet" href="{}">', static(address_of(parts)))
