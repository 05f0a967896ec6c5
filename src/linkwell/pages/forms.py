"""Forms as the pages draw them: label, hint, error, field; nothing else is needed to fill one in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

_KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "govuk-textarea"),
    (forms.Select, "govuk-select"),
    (forms.FileInput, "govuk-file-upload"),
)


class PagesField(BoundField):
    """Adds the classes of our styles to whatever widget a field has."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Any = None) -> dict[str, Any]:
        """The widget's attributes, with class and error state."""
        built = super().build_widget_attrs(attrs, widget)
        kind = next((k for w, k in _KINDS if isinstance(self.field.widget, w)), "govuk-input")
        own = (widget or self.field.widget).attrs.get("class", "")
        error = f" {kind}--error" if self.errors else ""
        built["class"] = f"{kind}{error} {own}".strip()
        return built


class Checks(forms.CheckboxSelectMultiple):
    """Several boxes to tick, each with its own label, under one legend."""

    template_name = "pages/choices.html"


class Radios(forms.RadioSelect):
    """Radios with a label each, under one legend."""

    template_name = "pages/radios.html"


class PagesRenderer(TemplatesSetting):
    """Draws every form field by one template."""

    field_template_name = "pages/field.html"
    form_template_name = "pages/form.html"
    bound_field_class = PagesField


class PagesForm(forms.Form):
    """A form of one page; its error summary lists every field's errors with a link to it."""

    use_required_attribute = False
    typed_earlier = False  # filled with what was typed before and not saved

    def summary(self) -> list[tuple[str, str]]:
        """(id of the field, error) for every error; the id is "" for errors of the whole form."""
        found = []
        for name, errors in self.errors.items():
            anchor = self._anchor(name) if name in self.fields else ""
            found.extend((anchor, str(error)) for error in errors)
        return found

    def _anchor(self, name: str) -> str:
        """The id a link to the field leads to: of several choices, the first."""
        field = self[name]
        return field.id_for_label or f"{field.auto_id}_0"
