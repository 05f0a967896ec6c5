"""A provider's OK to a file somebody else sealed for it, and how much may wait for one organisation."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0033_second_factors"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="quota_bytes",
            field=models.PositiveBigIntegerField(
                blank=True,
                help_text="sealed files that may wait here at a time; empty: the portal's own",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="ProviderOk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document", models.TextField()),
                ("given_at", models.DateTimeField(auto_now_add=True)),
                (
                    "supply",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provider_ok",
                        to="custody.supply",
                    ),
                ),
            ],
        ),
    ]
