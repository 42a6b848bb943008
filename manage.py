#!/usr/bin/env python
"""Django's command line."""

import os
import secrets
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

_WAY_ON = "Here: make manage ARGS='…'; in production: docker compose run --rm web python manage.py …"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "r2p_dashboard.settings")
    if sys.argv[1:2] in (["whatif"], ["suggest"]):  # pure: they need no server, and no secret that outlives them
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
        os.environ.setdefault("SECURE", "0")
    try:
        _ = settings.INSTALLED_APPS  # reads them; Django's own answer would be a traceback
    except ImproperlyConfigured as error:
        sys.stderr.write(f"manage.py: {error} {_WAY_ON}\n")
        sys.exit(2)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
