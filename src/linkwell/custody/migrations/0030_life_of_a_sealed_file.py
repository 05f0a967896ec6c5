"""Practices, two people, recall and a clock for sealed files; a receipt for each refresh, project, release."""

from django.db import migrations, models

STATES = (
    "receiving", "stopped", "received", "checking", "checked", "accepting", "practised", "rejected", "accepted",
    "linking", "linked", "loaded", "withdrawn", "expired",
)  # fmt: skip


class Migration(migrations.Migration):
    """Adds columns only; what was received before stays as it is."""

    dependencies = [("custody", "0005_agreements_and_signatures")]

    operations = [
        migrations.RemoveConstraint("receipt", "one_receipt_per_kind"),
        migrations.AddField(
            "receipt",
            "about",
            models.CharField(
                blank=True,
                default="",
                max_length=100,
                help_text="which refresh, output or release, where there can be several",
            ),
        ),
        migrations.AddField(
            "supply",
            "checked_by",
            models.CharField(blank=True, default="", max_length=60, help_text="who had it tried out first"),
        ),
        migrations.AddField(
            "supply",
            "sealed_gone",
            models.BooleanField(default=False, help_text="the sealed file was destroyed, with receipt"),
        ),
        migrations.AlterField(
            "supply", "state", models.CharField(choices=[(state, state) for state in STATES], max_length=20)
        ),
        migrations.AddConstraint(
            "receipt",
            models.UniqueConstraint(
                fields=["supply", "kind", "about"], name="one_receipt_per_kind_and_thing"
            ),
        ),
    ]
