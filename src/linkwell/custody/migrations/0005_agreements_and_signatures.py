"""Agreements in versions with signatures, undertakings by name, and notices."""

import django.db.models.deletion
import linkwell.custody.agreements.states
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('custody', '0004_proposals_and_assessments'),
    ]

    operations = [
        migrations.AddField(
            model_name='agreement',
            name='conditions',
            field=models.JSONField(default=list, help_text='codes of conditions.toml'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='cut_offs',
            field=models.JSONField(default=list, help_text='ISO days by which a delivery is due; empty: any day'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='on_paper',
            field=models.BooleanField(default=True, help_text='signed outside this portal and entered here'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='own_condition',
            field=models.TextField(blank=True, help_text='a condition in words, kept by people'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='proposal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='custody.proposal'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='resupply_days',
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name='agreement',
            name='retention_years',
            field=models.PositiveSmallIntegerField(default=10),
        ),
        migrations.AddField(
            model_name='agreement',
            name='route',
            field=models.CharField(choices=[('direct', 'Straight from the provider'), ('vendor', "Sent by the provider's software vendor"), ('intermediary', 'Passed on by an intermediary')], default='direct', max_length=20),
        ),
        migrations.AddField(
            model_name='agreement',
            name='via',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_via', to='custody.organisation'),
        ),
        migrations.AlterField(
            model_name='agreement',
            name='state',
            field=models.CharField(choices=[('being agreed', 'being agreed'), ('in force', 'in force'), ('lapsed', 'lapsed'), ('ended', 'ended')], default=linkwell.custody.agreements.states.AgreementState['IN_FORCE'], max_length=20),
        ),
        migrations.CreateModel(
            name='AgreementVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.DateField()),
                ('ends', models.DateField()),
                ('permits_single_provider_output', models.BooleanField(default=False, help_text='Whether output about this provider alone was agreed to.')),
                ('route', models.CharField(choices=[('direct', 'Straight from the provider'), ('vendor', "Sent by the provider's software vendor"), ('intermediary', 'Passed on by an intermediary')], default='direct', max_length=20)),
                ('conditions', models.JSONField(default=list, help_text='codes of conditions.toml')),
                ('own_condition', models.TextField(blank=True, help_text='a condition in words, kept by people')),
                ('retention_years', models.PositiveSmallIntegerField(default=10)),
                ('cut_offs', models.JSONField(default=list, help_text='ISO days by which a delivery is due; empty: any day')),
                ('resupply_days', models.PositiveSmallIntegerField(default=30)),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(help_text='first, variation or renewal', max_length=20)),
                ('document', models.JSONField(default=list, help_text='the assembled clauses')),
                ('digest', models.CharField(max_length=96)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('offered', 'offered'), ('in force', 'in force'), ('declined', 'declined'), ('taken back', 'taken back'), ('replaced', 'replaced'), ('over', 'over')], max_length=20)),
                ('drafted_by', models.CharField(max_length=60)),
                ('said_no', models.TextField(blank=True, help_text='why the provider declined, in its own words')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='custody.agreement')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='custody.assessment')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='in_versions', to='custody.specificationtext')),
                ('via', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_via', to='custody.organisation')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('about', models.CharField(blank=True, help_text='what makes this notice one of its kind', max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='custody.agreement')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='custody.organisation')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(help_text='provider, custodian or intermediary', max_length=20)),
                ('digest', models.CharField(max_length=96)),
                ('own_agreement', models.CharField(blank=True, help_text="the provider's own agreement with whoever sends for it", max_length=20)),
                ('signed_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='custody.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='custody.agreementversion')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Undertaking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=96)),
                ('signed_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='undertakings', to='custody.agreement')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='undertakings', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.UniqueConstraint(fields=('agreement', 'number'), name='agreement_version_once'),
        ),
        migrations.AddConstraint(
            model_name='agreementversion',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gte', models.F('starts'))), name='version_dates'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('organisation', 'agreement', 'kind', 'about'), name='told_once_each'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('version', 'side'), name='one_signature_per_side'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.UniqueConstraint(fields=('agreement', 'person'), name='one_undertaking'),
        ),
    ]
