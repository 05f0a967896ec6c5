"""Tells Django about the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages, upload and API of the custodian's portal."""

    name = "linkwell.portal"
    label = "portal"
    verbose_name = "Portal"
