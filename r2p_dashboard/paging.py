"""Paging of the API: `?page=2&page_size=200`."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.utils.urls import remove_query_param, replace_query_param

PAGE_SIZE = 100
PAGE_SIZE_WORLD = 250  # rows; every country fits on one page
PAGE_SIZE_MAX = 500

Rows = QuerySet[Any, Any] | Sequence[Any]


def page_of(rows: Rows, *, number: int, size: int) -> Page[Any]:
    """One page of `rows`, which must be in a fixed order. Raises NotFound beyond the last page."""
    pages = Paginator(rows, size)
    try:
        return pages.page(number)
    except EmptyPage as error:
        raise NotFound(f"page is {number}; wanted a page from 1 to {pages.num_pages}") from error


def address_of_page(request: HttpRequest, number: int) -> str:
    """The request's own address with another page number."""
    address = request.build_absolute_uri()
    return remove_query_param(address, "page") if number == 1 else replace_query_param(address, "page", number)


def neighbours(request: HttpRequest, page: Page[Any]) -> tuple[str | None, str | None]:
    """The addresses of the next and the previous page."""
    following = address_of_page(request, page.next_page_number()) if page.has_next() else None
    preceding = address_of_page(request, page.previous_page_number()) if page.has_previous() else None
    return following, preceding
