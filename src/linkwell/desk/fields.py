"""Fields the desk's forms share: radios."""

from __future__ import annotations

from django import forms

YES_NO = [("yes", "Yes"), ("no", "No")]


class Choices(forms.RadioSelect):
    """Radios with a label each, under one legend."""

    template_name = "pages/radios.html"
