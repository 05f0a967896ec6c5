"""Django's settings for the desk: no database, no accounts, one person, this computer only."""

from __future__ import annotations

import secrets
from typing import Any

from linkwell.desk.desk import Desk

LARGEST_UPLOAD = 1 << 30


def desk_settings(desk: Desk) -> dict[str, Any]:
    """Everything `django.conf.settings.configure` takes; secrets are drawn afresh at every start."""
    port = desk.origins[0].rpartition(":")[2]
    return {
        "DEBUG": False,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "LINKWELL_DESK": desk,
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "ROOT_URLCONF": "linkwell.desk.urls",
        "INSTALLED_APPS": ["django.forms", "linkwell.pages", "linkwell.desk"],
        "MIDDLEWARE": [
            "linkwell.desk.guard.headers",
            "linkwell.desk.guard.only_this_computer",
            "linkwell.desk.guard.only_with_the_key",
            "django.middleware.csrf.CsrfViewMiddleware",
            "linkwell.desk.guard.plain_errors",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "linkwell.desk.context.everywhere",
                    ],
                    "builtins": ["linkwell.pages.templatetags.pages", "linkwell.desk.templatetags.desk"],
                },
            }
        ],
        "FORM_RENDERER": "linkwell.pages.forms.PagesRenderer",
        "DATABASES": {},
        "STATIC_URL": "/static/",
        # Cookies know no ports: two desks, or another program on this computer, must not share a name.
        "CSRF_COOKIE_NAME": f"linkwell-form-{port}",
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_AGE": None,
        "CSRF_FAILURE_VIEW": "linkwell.desk.guard.old_form",
        "USE_TZ": True,
        "TIME_ZONE": "Pacific/Auckland",
        "LANGUAGE_CODE": "en-nz",
        "USE_I18N": False,
        "DATE_FORMAT": "j F Y",
        "DATETIME_FORMAT": "j F Y, g:i a",
        # An upload is written nowhere but into the desk's own folder.
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.TemporaryFileUploadHandler"],
        "FILE_UPLOAD_TEMP_DIR": str(desk.workspace.files),
        "FILE_UPLOAD_PERMISSIONS": 0o600,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 256 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 20,
        "LOGGING_CONFIG": None,
    }
