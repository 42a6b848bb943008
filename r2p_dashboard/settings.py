"""All settings, read from the environment; docs/runbook.md lists every variable."""

import datetime as dt
import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from r2p_dashboard.addresses import AddressError, database_from, mail_server_from

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_FOLDER = BASE_DIR / ".local"  # what `make run` keeps: data, logs, secrets made on first start


def _flag(name: str, *, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def _words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def _addresses(name: str) -> list[tuple[str, int]]:
    try:
        return [(host, int(port)) for host, _, port in (pair.rpartition(":") for pair in _words(name))]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: wanted host:port pairs, such as 10.0.0.5:8080") from error


def _day(name: str) -> dt.date | None:
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; wanted a day such as 2024-06-30") from error


def _hours_of_levels(said: str) -> dict[int, int]:
    parts = [part.strip() for part in said.split(",")]
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and 0 < int(part) <= 2160 for part in parts):
        raise ImproperlyConfigured(f"ANSWER_HOURS is {said!r}; wanted hours for ELEVATED, HIGH and SEVERE: 168,72,24")
    return dict(zip((3, 4, 5), map(int, parts), strict=True))


# --- who and where -----------------------------------------------------------------------------------------
DEBUG = _flag("DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set; wanted a long random string in the environment. `make run` makes one for you."
    )
ALLOWED_HOSTS = _words("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = _words("CSRF_TRUSTED_ORIGINS")
INSTALLATION_NAME = os.environ.get("INSTALLATION_NAME", "Atrocity risk dashboard")
CODE_VERSION = os.environ.get("CODE_VERSION", "")[:40]  # kept with every score run
MAINTENANCE = _flag("MAINTENANCE", default=False)  # everything can be read, nothing be written: docs/runbook.md
INSTALLATION_DAY = _day("INSTALLATION_DAY")  # fixes "today" for a demonstration; unset elsewhere

# --- applications ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "people",
    "countries",
    "reports",
    "indicators",
    "alerts",
    "r2p_dashboard",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # adds random bytes, so that no length gives a secret away
    "r2p_dashboard.styles.OwnStyles",
    "r2p_dashboard.maintenance.only_reading",  # before whatever asks the database
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "r2p_dashboard.urls"
WSGI_APPLICATION = "r2p_dashboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["r2p_dashboard.templatetags.styles"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "r2p_dashboard.context.installation",
            ],
        },
    }
]

# --- services ----------------------------------------------------------------------------------------------
try:
    DATABASES = {"default": database_from(os.environ.get("DATABASE_URL", "postgres://localhost/r2p"))}
except AddressError as error:
    raise ImproperlyConfigured(str(error)) from error
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")

# --- people ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "world"
LOGOUT_REDIRECT_URL = "world"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- language and time -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]  # of the frames of mails; the pages are in English
DATE_FORMAT = "j F Y"

# --- static files ------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "r2p_dashboard.static_finders.PlotlyFinder",
    "r2p_dashboard.static_finders.StylesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or _flag("PLAIN_STATIC", default=False)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or _flag("PLAIN_STATIC", default=False)

# Kept parts of pages and cards, in each process: so a page needs no broker. Some 20 kB each.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 3000},
    }
}

# --- security ----------------------------------------------------------------------------------------------
SECURE = _flag("SECURE", default=not DEBUG)  # 0 only where the site is served without TLS on loopback
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REDIRECT_EXEMPT = [r"^health$"]  # asked by the container's own health check, without TLS
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Plotly draws heat maps into data: pictures
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "r2p_dashboard.views.csrf_failure"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
REPORT_BYTES_MAX = 20 * 1024 * 1024  # a larger report is refused: docs/runbook.md
DATASET_BYTES_MAX = 100 * 1024 * 1024  # the same of a release of event data: a yearly one has some 30 MB zipped

# --- fetching ----------------------------------------------------------------------------------------------
FETCH_CONTACT = os.environ.get("FETCH_CONTACT", "")  # an address or page, named to every server that is asked
FETCH_ALSO = frozenset(_addresses("FETCH_ALSO"))  # host:port pairs that may be asked though they are not public
FETCH_AGENT = "r2p-dashboard"  # what a robots.txt calls us
FETCH_PAUSE = float(os.environ.get("FETCH_PAUSE", "1"))  # seconds between two requests to one server
FEED_ITEMS_PER_HOUR = int(os.environ.get("FEED_ITEMS_PER_HOUR", "500"))  # new ones of one source; more wait or are lost

# --- suggesting --------------------------------------------------------------------------------------------
SUGGESTER_TRAINED = _flag("SUGGESTER_TRAINED", default=False)  # a model learned from decisions may be switched on
SUGGESTER_EMBEDDINGS = _flag("SUGGESTER_EMBEDDINGS", default=False)  # such a model may use the extra `embeddings`

# --- warnings ----------------------------------------------------------------------------------------------
SITE_URL = os.environ.get("SITE_URL", "").rstrip("/")  # links in mails and feeds begin with it
if not SITE_URL and SECURE and not DEBUG:
    raise ImproperlyConfigured(
        "SITE_URL is not set; wanted scheme and host, such as https://dashboard.example.org: links in mails, and the "
        "way to unsubscribe, begin with it. SECURE=0 is for a site without TLS on loopback."
    )
SITE_URL = SITE_URL or "http://localhost:8000"
try:
    MAIL_SERVER = mail_server_from(os.environ.get("MAIL_URL", "smtp://127.0.0.1:1025"))
except AddressError as error:
    raise ImproperlyConfigured(str(error)) from error
MAIL_MOST_A_MINUTE_TO_A_HOST = int(os.environ.get("MAIL_MOST_A_MINUTE_TO_A_HOST", "6000"))  # 0: no limit
MAIL_FROM = os.environ.get("MAIL_FROM", "warnings@r2p.example")  # its domain stands in every Message-ID
try:
    DIGEST_AT = dt.time.fromisoformat(os.environ.get("DIGEST_AT", "07:00"))  # of each reader's own clock
except ValueError as error:
    raise ImproperlyConfigured("DIGEST_AT: wanted a time of the day such as 07:00") from error
WEBHOOK_LOOPBACK = _flag("WEBHOOK_LOOPBACK", default=False)  # webhooks may be on this machine, without TLS: a trial
RELEASE_FROM_LEVEL = int(os.environ.get("RELEASE_FROM_LEVEL", "4"))  # from this level on a publisher releases
if RELEASE_FROM_LEVEL not in (3, 4):
    raise ImproperlyConfigured("RELEASE_FROM_LEVEL: wanted 4 (HIGH and SEVERE) or 3 (ELEVATED too)")
ALERTS_DRY_RUN = _flag("ALERTS_DRY_RUN", default=False)  # every release is practice: nobody is written to
ANSWER_HOURS = _hours_of_levels(os.environ.get("ANSWER_HOURS", "168,72,24"))  # of ELEVATED, HIGH and SEVERE

# --- tasks -------------------------------------------------------------------------------------------------
SCORE_RUN_LIMIT = dt.timedelta(minutes=10)

# --- API ---------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_PAGINATION_CLASS": "r2p_dashboard.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_RATES": {},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Atrocity risk dashboard",
    "DESCRIPTION": "Countries, the Framework, evidence and scores. Scores are indices, never probabilities or ranks.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",  # 3.0 cannot say that an object may be null
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- logs: ids only ----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    # Django's own lines about answers name the address, in which tokens and words of a search stand, and repeat the
    # words of errors; r2p_dashboard.incidents logs what matters of them.
    "loggers": {name: {"level": "ERROR" if DEBUG else "CRITICAL"} for name in ("django.request", "django.security")},
}
