"""A client's OK to its vendor, rounds of sending, one token for many clients, and the breach register."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('custody', '0030_life_of_a_sealed_file'),
    ]

    operations = [
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=80, unique=True)),
                ('found_at', models.DateTimeField()),
                ('what', models.TextField()),
                ('done', models.TextField(blank=True, help_text='what was done at once')),
                ('state', models.CharField(choices=[('recorded', 'recorded'), ('serious harm likely', 'serious harm likely'), ('serious harm not likely', 'serious harm not likely'), ('told', 'told'), ('closed', 'closed')], max_length=30)),
                ('recorded_by', models.CharField(max_length=60)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'breaches',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ClientOk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('given', 'given'), ('paused', 'paused'), ('refused', 'refused')], max_length=10)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=80)),
                ('begun_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='uploadtoken',
            name='vendor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='custody.organisation'),
        ),
        migrations.AlterField(
            model_name='uploadtoken',
            name='agreement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='custody.agreement'),
        ),
        migrations.AddConstraint(
            model_name='uploadtoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreement', None), ('vendor__isnull', False)), models.Q(('agreement__isnull', False), ('vendor', None)), _connector='OR'), name='token_of_one_kind'),
        ),
        migrations.AddField(
            model_name='breach',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='breaches', to='custody.organisation'),
        ),
        migrations.AddField(
            model_name='clientok',
            name='agreement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='client_ok', to='custody.agreement'),
        ),
        migrations.AddField(
            model_name='round',
            name='vendor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='custody.organisation'),
        ),
    ]
