"""Who is warned of what: staff's list, one's own rules, and the pages behind signed links."""

from django.http import HttpRequest, HttpResponse


def subscriptions(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def subscription_new(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def subscription(request: HttpRequest, subscription_id: int) -> HttpResponse:
    raise NotImplementedError


def subscription_end(request: HttpRequest, subscription_id: int) -> HttpResponse:
    raise NotImplementedError


def my_subscriptions(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError


def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    raise NotImplementedError
