"""Every organisation says what it is; the custodian keeps its kind."""

from typing import Any

from django.db import migrations, models

ROLES = [
    ("provider_lead", "provider lead"), ("provider_staff", "provider staff"), ("vendor_sender", "vendor sender"),
    ("intermediary", "intermediary"), ("commissioner", "commissioner"), ("linker", "linker"),
    ("integrator", "data integrator"), ("analyst", "analyst"), ("output_checker", "output checker"),
    ("assessor", "assessor"), ("kaitiaki", "kaitiaki"), ("researcher", "researcher"),
    ("project_lead", "project lead"), ("custodian_manager", "custodian manager"), ("auditor", "auditor"),
]
KINDS = [
    ("custodian", "custodian"), ("provider", "provider"), ("vendor", "vendor that sends for providers"),
    ("intermediary", "intermediary between providers and the custodian"),
    ("commissioner", "commissioner of services"), ("research", "research organisation"),
]


def name_the_custodian(apps: Any, schema_editor: Any) -> None:
    organisations = apps.get_model("custody", "Organisation")
    organisations.objects.filter(is_custodian=True).update(kind="custodian")


class Migration(migrations.Migration):
    dependencies = [("custody", "0002_record_cannot_be_rewritten")]

    operations = [
        migrations.AddField(
            "organisation", "kind", models.CharField(choices=KINDS, default="provider", max_length=20)
        ),
        migrations.AlterField("membership", "role", models.CharField(choices=ROLES, max_length=30)),
        migrations.RunPython(name_the_custodian, migrations.RunPython.noop),
    ]
