"""Django's settings, all of which follow from the data home and a few environment values (see
configuration).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from csp.constants import NONE, SELF

from linkwell.custody.signin.numbers import number
from linkwell.portal.configuration import Configuration
from linkwell.portal.logs import LOGGING as LOGGING
from linkwell.portal.mail import mail_server

CONFIGURATION = Configuration.read()
LINKWELL_HOME = CONFIGURATION.home.path

SECRET_KEY = CONFIGURATION.secret_key()
DEBUG = False
ALLOWED_HOSTS = list(CONFIGURATION.hosts)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in CONFIGURATION.hosts[3:]]
ROOT_URLCONF = "linkwell.portal.urls"
WSGI_APPLICATION = "linkwell.portal.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "linkwell.pages",
    "linkwell.custody",
    "linkwell.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "linkwell.portal.middleware.request_log",
    "csp.middleware.CSPMiddleware",
    "linkwell.portal.middleware.no_cache",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "linkwell.portal.middleware.idle_lock",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "linkwell.portal.middleware.nothing_leaves",
    "linkwell.portal.middleware.plain_errors",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "linkwell.portal.context.everywhere",
            ],
            "builtins": ["linkwell.pages.templatetags.pages"],
        },
    }
]
FORM_RENDERER = "linkwell.pages.forms.PagesRenderer"

DATABASES = {"default": CONFIGURATION.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["quick", "heavy", "lab"]}}

# Sign-in: the numbers are in custody/signin/numbers.toml, each with its source.
AUTH_USER_MODEL = "custody.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "linkwell.custody.signin.backend.SecondFactor",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": number("password_characters")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "name", "email")}},
]  # fmt: skip
PASSWORD_HASHERS = [CONFIGURATION.password_hasher()]
LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = number("failures")
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_COOLOFF_TIME = timedelta(minutes=number("lock_minutes"))
# A provider's whole office may share one address: three mistakes there must not lock everybody out.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "linkwell.portal.signin.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True

SESSION_ENGINE = "linkwell.custody.signin.sessions"
SESSION_COOKIE_AGE = number("longest_hours") * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIGURATION.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "linkwell.portal.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if CONFIGURATION.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIGURATION.behind_proxy else None
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

_MAIL = mail_server(CONFIGURATION.mail_url)
EMAIL_BACKEND = _MAIL["BACKEND"]
EMAIL_HOST, EMAIL_PORT = _MAIL.get("HOST", ""), _MAIL.get("PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.get("HOST_USER", ""), _MAIL.get("HOST_PASSWORD", "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.get("USE_SSL", False), _MAIL.get("USE_TLS", False)
EMAIL_TIMEOUT = _MAIL.get("TIMEOUT")
DEFAULT_FROM_EMAIL = CONFIGURATION.mail_from or "nobody@localhost"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

LANGUAGE_CODE = "en-nz"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Pacific/Auckland"
FORMAT_MODULE_PATH = ["linkwell.pages.formats"]

# A sealed file is read as a stream by its own view; anything else posted here is small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
