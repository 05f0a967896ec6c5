"""Tells Django about the pages room."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Layout, styles and labels shared by portal and desk."""

    name = "linkwell.pages"
    label = "pages"
    verbose_name = "Pages"
