"""Tells Django about the custodian's registry."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """The registry: who may do what to which supply, and the record nobody can rewrite."""

    name = "linkwell.custody"
    label = "custody"
    verbose_name = "Custody"
    default_auto_field = "django.db.models.BigAutoField"
