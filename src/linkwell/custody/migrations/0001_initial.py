"""The first tables of the registry."""

import django.db.models.deletion
import linkwell.custody.agreements.states
import linkwell.custody.jobs.states
import linkwell.custody.supplies.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('username', models.CharField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'people',
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('is_custodian', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Refresh',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.SlugField(max_length=60, unique=True)),
                ('state', models.CharField(choices=[('building', 'building'), ('ready', 'ready'), ('failed', 'failed')], max_length=20)),
                ('digest', models.CharField(blank=True, max_length=96)),
                ('facts', models.JSONField(default=dict)),
                ('catalogue', models.JSONField(default=dict, help_text='datasets and variables with their meanings')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ready_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'refreshes',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SpecificationText',
            fields=[
                ('digest', models.CharField(max_length=96, primary_key=True, serialize=False)),
                ('toml', models.TextField()),
                ('stored_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('seq', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('time', models.CharField(max_length=27)),
                ('actor', models.CharField(max_length=60)),
                ('acting_for', models.CharField(blank=True, max_length=60)),
                ('verb', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=200)),
                ('details', models.JSONField(default=dict)),
                ('prev', models.CharField(max_length=96)),
                ('hash', models.CharField(max_length=96)),
                ('about', models.CharField(blank=True, db_index=True, max_length=60)),
            ],
            options={
                'ordering': ['seq'],
                'indexes': [models.Index(fields=['subject'], name='audit_by_subject')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=120)),
                ('queue', models.CharField(max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed')], default=linkwell.custody.jobs.states.JobState['WAITING'], max_length=10)),
                ('by', models.CharField(max_length=60)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.JSONField(default=dict)),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('beat_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['state', 'queue'], name='job_by_state')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=40, unique=True)),
                ('purpose', models.TextField(blank=True)),
                ('permits_single_provider_output', models.BooleanField(default=False, help_text='Whether output about this provider alone was agreed to.')),
                ('starts', models.DateField()),
                ('ends', models.DateField()),
                ('state', models.CharField(choices=[('in force', 'in force'), ('ended', 'ended')], default=linkwell.custody.agreements.states.AgreementState['IN_FORCE'], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='custody.organisation')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='custody.specificationtext')),
            ],
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('purpose', models.TextField()),
                ('protocol', models.TextField(blank=True, help_text='the sealed plan as TOML; empty is the standard one')),
                ('state', models.CharField(choices=[('approved', 'approved'), ('closed', 'closed')], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='custody.agreement')),
            ],
        ),
        migrations.CreateModel(
            name='Output',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=130, unique=True)),
                ('state', models.CharField(choices=[('analysing', 'analysing'), ('failed', 'failed'), ('ready to check', 'ready to check'), ('releasing', 'releasing'), ('released', 'released'), ('refused', 'refused')], max_length=20)),
                ('analyst', models.CharField(max_length=60)),
                ('checker', models.CharField(blank=True, max_length=60)),
                ('reasons', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outputs', to='custody.project')),
                ('refresh', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outputs', to='custody.refresh')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=120, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('report_digest', models.CharField(max_length=96)),
                ('ledger_entry', models.CharField(blank=True, max_length=120)),
                ('files', models.JSONField(default=list)),
                ('released_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='custody.organisation')),
                ('output', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='custody.output')),
            ],
            options={
                'ordering': ['-released_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SenderKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=200)),
                ('public_pem', models.TextField()),
                ('enrolled_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sender_keys', to='custody.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Supply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=80, unique=True)),
                ('state', models.CharField(choices=[('receiving', 'receiving'), ('stopped', 'stopped'), ('received', 'received'), ('accepting', 'accepting'), ('rejected', 'rejected'), ('accepted', 'accepted'), ('linking', 'linking'), ('linked', 'linked'), ('loaded', 'loaded')], max_length=20)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('digest', models.CharField(blank=True, help_text='SHA-384 of the sealed file', max_length=96)),
                ('manifest', models.JSONField(default=dict, help_text='facts of the signed manifest; no personal value')),
                ('counts', models.JSONField(default=dict, help_text='what each step counted: accepted, linked')),
                ('reasons', models.JSONField(default=dict, help_text='why it was not accepted, in words')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supplies', to='custody.agreement')),
            ],
            options={
                'verbose_name_plural': 'supplies',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RefreshSupply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('refresh', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='custody.refresh')),
                ('supply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='custody.supply')),
            ],
        ),
        migrations.AddField(
            model_name='refresh',
            name='supplies',
            field=models.ManyToManyField(related_name='refreshes', through='custody.RefreshSupply', to='custody.supply'),
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('document', models.TextField()),
                ('issued_at', models.DateTimeField(auto_now_add=True)),
                ('supply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='custody.supply')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='UploadToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=16, unique=True)),
                ('secret_hash', models.CharField(max_length=96)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='custody.agreement')),
            ],
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.CharField(default=linkwell.custody.supplies.models.new_upload_id, max_length=32, primary_key=True, serialize=False)),
                ('length', models.PositiveBigIntegerField()),
                ('declared_digest', models.CharField(blank=True, max_length=96)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('supply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='custody.supply')),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='custody.uploadtoken')),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('provider_lead', 'provider lead'), ('provider_staff', 'provider staff'), ('linker', 'linker'), ('integrator', 'data integrator'), ('analyst', 'analyst'), ('output_checker', 'output checker'), ('researcher', 'researcher'), ('custodian_manager', 'custodian manager'), ('auditor', 'auditor')], max_length=30)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='custody.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'organisation', 'role'), name='one_membership_per_role')],
            },
        ),
        migrations.CreateModel(
            name='ProjectMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='custody.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'person'), name='person_once_in_project')],
            },
        ),
        migrations.AddConstraint(
            model_name='output',
            constraint=models.UniqueConstraint(fields=('project', 'refresh'), name='output_once'),
        ),
        migrations.AddConstraint(
            model_name='senderkey',
            constraint=models.UniqueConstraint(fields=('organisation', 'fingerprint'), name='one_row_per_sender_key'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gte', models.F('starts'))), name='agreement_dates'),
        ),
        migrations.AddConstraint(
            model_name='refreshsupply',
            constraint=models.UniqueConstraint(fields=('refresh', 'supply'), name='supply_once_in_refresh'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('supply', 'kind'), name='one_receipt_per_kind'),
        ),
    ]
