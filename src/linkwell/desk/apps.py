"""Tells Django about the desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Pages on the provider's own computer; no database."""

    name = "linkwell.desk"
    label = "desk"
    verbose_name = "Desk"
