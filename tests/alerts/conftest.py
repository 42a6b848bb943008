"""Fixtures of tests that send: a mail server of their own, and where the site stands."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.alerts.smtp_servers import Post, post_office


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    """A mail server that does what it is told, and keeps what it took."""
    with post_office() as post:
        settings.MAIL_SERVER = post.server
        settings.MAIL_FROM = "Alerts <alerts@r2p.example>"
        settings.SITE_URL = "https://warn.test.example"
        yield post
