"""The registry's tables as they stood after its first fifteen steps, in one."""

from typing import Any

import django.db.models.deletion
import linkwell.custody.agreements.states
import linkwell.custody.jobs.states
import linkwell.custody.organisations.roles
import linkwell.custody.supplies.models
from django.conf import settings
from django.db import migrations, models

from linkwell.custody.audit.guard import guard_record


class CreateTogether(migrations.SeparateDatabaseAndState):
    """Many models at once: one by one, Django would draw all of those before anew for each (seconds, not a blink)."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        made = [each for each in self.state_operations if isinstance(each, migrations.CreateModel)]
        for each in made:  # with the fields and constraints that are added to it further down
            each.database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    replaces = [
        ("custody", "0001_initial"),
        ("custody", "0002_record_cannot_be_rewritten"),
        ("custody", "0003_kinds_of_organisation"),
        ("custody", "0004_proposals_and_assessments"),
        ("custody", "0005_agreements_and_signatures"),
        ("custody", "0030_life_of_a_sealed_file"),
        ("custody", "0031_clients_and_breaches"),
        ("custody", "0032_relations_uses_and_mail"),
        ("custody", "0033_second_factors"),
        ("custody", "0034_oks_and_quotas"),
        ("custody", "0035_mail_tried_again"),
        ("custody", "0036_taking_out"),
        ("custody", "0037_projects_and_researchers"),
        ("custody", "0038_record_not_replaced"),
        ("custody", "0039_output_requests"),
    ]

    operations = [CreateTogether(state_operations=[
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
                ('password_own', models.BooleanField(default=False, help_text='chosen by themself, known to nobody else')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'people',
            },
        ),
        migrations.CreateModel(
            name='Agreement',
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
                ('passes_on_days', models.PositiveSmallIntegerField(blank=True, help_text='days after its release a report is passed on; empty: the provider decides', null=True)),
                ('reference', models.SlugField(max_length=40, unique=True)),
                ('on_paper', models.BooleanField(default=True, help_text='signed outside this portal and entered here')),
                ('purpose', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('being agreed', 'being agreed'), ('in force', 'in force'), ('lapsed', 'lapsed'), ('ended', 'ended')], default=linkwell.custody.agreements.states.AgreementState['IN_FORCE'], max_length=20)),
                ('ended_on', models.DateField(blank=True, help_text='the day it was brought to an end, if it was', null=True)),
                ('destroy_asked_on', models.DateField(blank=True, help_text='the day its provider asked for destruction now', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=90, unique=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('under way', 'under way'), ('returned', 'returned'), ('approved', 'approved'), ('not eligible', 'not eligible'), ('stopped', 'stopped')], max_length=20)),
                ('evidence', models.JSONField(default=list, help_text='the cards as they were when it was put forward')),
                ('assessor', models.CharField(blank=True, max_length=60)),
                ('reasons', models.TextField(blank=True, help_text='why, in words the provider reads')),
                ('conditions', models.JSONField(default=list, help_text='codes of conditions.toml')),
                ('own_condition', models.TextField(blank=True, help_text='a condition in words, kept by people')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('is_custodian', models.BooleanField(default=False)),
                ('kind', models.CharField(choices=[('custodian', 'custodian'), ('provider', 'provider'), ('vendor', 'vendor that sends for providers'), ('intermediary', 'intermediary between providers and the custodian'), ('commissioner', 'commissioner of services'), ('research', 'research organisation')], default=linkwell.custody.organisations.roles.Kind['PROVIDER'], max_length=20)),
                ('quota_bytes', models.PositiveBigIntegerField(blank=True, help_text="sealed files that may wait here at a time; empty: the portal's own", null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Refresh',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.SlugField(max_length=60, unique=True)),
                ('state', models.CharField(choices=[('building', 'building'), ('ready', 'ready'), ('failed', 'failed'), ('retired', 'retired')], max_length=20)),
                ('base', models.SlugField(blank=True, default='', help_text='of an ad hoc load: the refresh it is used with', max_length=60)),
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
            name='AuthenticatorApp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.BinaryField(help_text="its secret, sealed under the portal's own")),
                ('last_step', models.PositiveBigIntegerField(default=0, help_text='a code opens once')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='authenticator_app', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ClientOk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('given', 'given'), ('paused', 'paused'), ('refused', 'refused')], max_length=10)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('agreement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='client_ok', to='custody.agreement')),
            ],
        ),
        migrations.CreateModel(
            name='CommandSignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user_code', models.CharField(max_length=8, unique=True)),
                ('device_hash', models.CharField(max_length=96, unique=True)),
                ('computer', models.CharField(help_text='what it calls itself; nobody checked', max_length=80)),
                ('address', models.CharField(blank=True, help_text='forgotten once it is decided', max_length=45)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('allowed', 'allowed'), ('denied', 'denied'), ('used', 'used')], max_length=10)),
                ('interval', models.PositiveSmallIntegerField()),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('polled_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField()),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
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
            name='LaterUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=80, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('purpose', models.TextField()),
                ('project', models.CharField(blank=True, help_text='code of the project, if it is one', max_length=80)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('agreed', 'agreed'), ('not agreed', 'not agreed'), ('taken back', 'taken back')], max_length=20)),
                ('said', models.TextField(blank=True, help_text='what they asked for, in their own words')),
                ('asked_by', models.CharField(max_length=60)),
                ('answered_by', models.CharField(blank=True, max_length=60)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_uses', to='custody.agreement')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='LostDevice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'asked'), ('done', 'done'), ('refused', 'refused')], max_length=10)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lost_devices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='MailChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rhythm', models.CharField(choices=[('off', 'No e-mail: I look here'), ('soon', 'Within an hour, all that is new in one message'), ('daily', 'Once a day, if there is something new'), ('weekly', 'Once a week, if there is something new')], default='off', max_length=10)),
                ('told_up_to', models.PositiveBigIntegerField(default=0, help_text='the newest notice they were told of')),
                ('trying_up_to', models.PositiveBigIntegerField(default=0, help_text='the newest notice of a message that was begun: tried again, it tells of no more')),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('refused_at', models.DateTimeField(blank=True, help_text='when the mail server refused the address for good; empty: it did not', null=True)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mail_choice', to=settings.AUTH_USER_MODEL)),
            ],
        ),
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
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='breaches', to='custody.organisation')),
            ],
            options={
                'verbose_name_plural': 'breaches',
                'ordering': ['-pk'],
            },
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
                ('passes_on_days', models.PositiveSmallIntegerField(blank=True, help_text='days after its release a report is passed on; empty: the provider decides', null=True)),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(help_text='first, variation or renewal', max_length=20)),
                ('document', models.JSONField(default=list, help_text='the assembled clauses')),
                ('digest', models.CharField(max_length=96)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('offered', 'offered'), ('in force', 'in force'), ('declined', 'declined'), ('taken back', 'taken back'), ('replaced', 'replaced'), ('over', 'over')], max_length=20)),
                ('drafted_by', models.CharField(max_length=60)),
                ('said_no', models.TextField(blank=True, help_text='why the provider declined, in its own words')),
                ('own_agreement', models.CharField(blank=True, help_text='whether the provider has or needs one of its own with who sends', max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='custody.agreement')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='custody.assessment')),
                ('commissioner', models.ForeignKey(blank=True, help_text='who released reports can be passed on to', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_commissioned', to='custody.organisation')),
                ('via', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_via', to='custody.organisation')),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='in_versions', to='custody.specificationtext')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddField(
            model_name='agreement',
            name='commissioner',
            field=models.ForeignKey(blank=True, help_text='who released reports can be passed on to', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_commissioned', to='custody.organisation'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='custody.organisation'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='via',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_via', to='custody.organisation'),
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('credential_id', models.CharField(help_text='base64url', max_length=1400, unique=True)),
                ('credential', models.BinaryField(help_text='attested credential data, as WebAuthn writes it')),
                ('sign_count', models.PositiveBigIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='PersonSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
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
                ('starts', models.DateField(blank=True, null=True)),
                ('ends', models.DateField(blank=True, help_text='the last day anybody works in it', null=True)),
                ('stays_until', models.DateField(blank=True, null=True)),
                ('variables', models.JSONField(default=dict, help_text='dataset.variable -> why it is needed')),
                ('conditions', models.JSONField(default=list, help_text='[{code, words, control, kept_by, set_by}] as approved')),
                ('state', models.CharField(choices=[('being applied for', 'being applied for'), ('approved', 'approved'), ('run out', 'run out'), ('refused', 'refused'), ('withdrawn', 'withdrawn'), ('closed', 'closed')], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='custody.agreement')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects_led', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, help_text='of a research project: whose it is', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='custody.organisation')),
                ('uses', models.ManyToManyField(help_text='whose data it uses', related_name='used_by', to='custody.agreement')),
                ('refresh', models.ForeignKey(blank=True, help_text='the data update it stays on; empty: always the newest', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects_staying', to='custody.refresh')),
            ],
        ),
        migrations.CreateModel(
            name='OutputRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=80, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('data_version', models.CharField(help_text='the refresh it was made from', max_length=80)),
                ('groups', models.JSONField(default=dict, help_text='group -> {context, controls, exception}, as the team wrote them')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('under review', 'under review'), ('being decided', 'being decided'), ('returned', 'returned'), ('approved', 'approved'), ('released', 'released'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=20)),
                ('author', models.CharField(help_text='who submitted it last; at first who began it', max_length=60)),
                ('checked', models.JSONField(default=dict, help_text='the disclosure record of the newest check: files, cells and rules, no values')),
                ('reply_until', models.DateField(blank=True, null=True)),
                ('reply', models.TextField(blank=True)),
                ('replied_by', models.CharField(blank=True, max_length=60)),
                ('reasons', models.TextField(blank=True)),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('receipt', models.TextField(blank=True, help_text='the signed statement of the release')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('about', models.ForeignKey(blank=True, help_text='the one provider it is about, if it is', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='output_requests', to='custody.organisation')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='output_requests', to='custody.project')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('stands', 'stands'), ('lifted', 'lifted')], max_length=20)),
                ('said', models.TextField(help_text='why, in their own words')),
                ('agreed', models.TextField(blank=True, help_text='what was agreed when it was lifted')),
                ('placed_by', models.CharField(max_length=60)),
                ('lifted_by', models.CharField(blank=True, max_length=60)),
                ('placed_at', models.DateTimeField(auto_now_add=True)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='custody.organisation')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='custody.project')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(help_text='first, amendment or renewal', max_length=20)),
                ('answers', models.JSONField(default=dict, help_text='question of application.toml -> answer')),
                ('variables', models.JSONField(default=dict, help_text='dataset.variable -> why it is needed')),
                ('team', models.JSONField(default=list, help_text='sign-in names, fixed when it is put in')),
                ('before', models.JSONField(default=dict, help_text='answers, variables and team that were approved last')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('waiting', 'waiting'), ('under review', 'under review'), ('returned', 'returned'), ('approved', 'approved'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], max_length=20)),
                ('reviewer', models.CharField(blank=True, max_length=60)),
                ('reasons', models.TextField(blank=True)),
                ('conditions', models.JSONField(default=list, help_text='codes of conditions.toml')),
                ('own_condition', models.TextField(blank=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('put_in_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('asks', models.ManyToManyField(help_text='whose data it asks for, fixed when it is put in', related_name='asked_by', to='custody.agreement')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='custody.project')),
            ],
            options={
                'ordering': ['number'],
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
        ),
        migrations.CreateModel(
            name='ProjectQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked', models.TextField()),
                ('answer', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('answered', 'answered')], max_length=20)),
                ('asked_by', models.CharField(max_length=60)),
                ('answered_by', models.CharField(blank=True, max_length=60)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='custody.organisation')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='custody.project')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=80, unique=True)),
                ('title', models.CharField(max_length=200)),
                ('documentation', models.JSONField(default=dict, help_text='answers to documentation.toml, by question')),
                ('state', models.CharField(choices=[('being written', 'being written'), ('put forward', 'put forward'), ('approved', 'approved'), ('not eligible', 'not eligible'), ('withdrawn', 'withdrawn')], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='custody.organisation')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('board', 'Our board or trustees'), ('hapu_iwi', 'A hapū or iwi'), ('kaitiaki', 'Kaitiaki'), ('owner', 'We have no board: the person responsible decided')], max_length=20)),
                ('body', models.CharField(help_text='the body that decided; not a person', max_length=200)),
                ('decided_on', models.DateField()),
                ('said', models.TextField(blank=True, help_text='what it asked for')),
                ('asks_about_later_uses', models.BooleanField(default=False)),
                ('by', models.CharField(max_length=60)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='custody.proposal')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, help_text='the version that was newest then')),
                ('place', models.CharField(blank=True, help_text='the table or field it is about', max_length=120)),
                ('text', models.TextField()),
                ('for_custodian', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='custody.proposal')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='assessment',
            name='proposal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='custody.proposal'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='proposal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='custody.proposal'),
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=96)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
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
            name='PassedOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('passed on', 'passed on'), ('no longer shown', 'no longer shown')], max_length=20)),
                ('by', models.CharField(max_length=60)),
                ('passed_at', models.DateTimeField()),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports_passed_on', to='custody.organisation')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passed_on', to='custody.release')),
            ],
            options={
                'ordering': ['-passed_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RequestFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('role', models.CharField(help_text='leaves, evidence or script', max_length=20)),
                ('group', models.CharField(max_length=80)),
                ('digest', models.CharField(help_text='SHA-384 of its content', max_length=96)),
                ('size', models.PositiveIntegerField()),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='custody.outputrequest')),
            ],
            options={
                'ordering': ['group', 'name'],
            },
        ),
        migrations.CreateModel(
            name='RequestVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reviewer', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('digest', models.CharField(max_length=96)),
                ('approves', models.BooleanField()),
                ('said', models.TextField(blank=True)),
                ('voted_at', models.DateTimeField(auto_now=True)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='custody.outputrequest')),
            ],
            options={
                'ordering': ['reviewer', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=80)),
                ('begun_at', models.DateTimeField(auto_now_add=True)),
                ('vendor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='custody.organisation')),
            ],
            options={
                'ordering': ['-pk'],
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
        migrations.AddField(
            model_name='agreement',
            name='specification',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='custody.specificationtext'),
        ),
        migrations.CreateModel(
            name='SpecificationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('by', models.CharField(max_length=60)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='custody.proposal')),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='custody.specificationtext')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddField(
            model_name='assessment',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='custody.specificationversion'),
        ),
        migrations.CreateModel(
            name='Supply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=80, unique=True)),
                ('state', models.CharField(choices=[('receiving', 'receiving'), ('stopped', 'stopped'), ('received', 'received'), ('checking', 'checking'), ('checked', 'checked'), ('accepting', 'accepting'), ('practised', 'practised'), ('rejected', 'rejected'), ('accepted', 'accepted'), ('linking', 'linking'), ('linked', 'linked'), ('loaded', 'loaded'), ('withdrawn', 'withdrawn'), ('expired', 'expired'), ('destroyed', 'destroyed')], max_length=20)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('digest', models.CharField(blank=True, help_text='SHA-384 of the sealed file', max_length=96)),
                ('manifest', models.JSONField(default=dict, help_text='facts of the signed manifest; no personal value')),
                ('counts', models.JSONField(default=dict, help_text='what each step counted: accepted, linked')),
                ('reasons', models.JSONField(default=dict, help_text='why it was not accepted, in words')),
                ('checked_by', models.CharField(blank=True, default='', help_text='who had it tried out first', max_length=60)),
                ('sealed_gone', models.BooleanField(default=False, help_text='the sealed file was destroyed, with receipt')),
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
            name='Removal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.SlugField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('correction', 'correction'), ('deletion', 'deletion'), ('objection', 'objection'), ('withdrawal', 'withdrawal')], max_length=20)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('taken back', 'taken back'), ('confirmed', 'confirmed'), ('destroying', 'destroying'), ('done', 'done')], max_length=20)),
                ('plan', models.JSONField(default=dict, help_text='what was shown before it was confirmed')),
                ('asked_by', models.CharField(max_length=60)),
                ('confirmed_by', models.CharField(blank=True, max_length=60)),
                ('done', models.JSONField(default=dict, help_text='the facts of the certificate')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='removals', to='custody.agreement')),
                ('refresh', models.ForeignKey(blank=True, help_text='the refresh that stands without it', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='removals', to='custody.refresh')),
                ('delivery', models.ForeignKey(blank=True, help_text='the delivery that takes the place of what leaves; none for a withdrawal', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='removals_by', to='custody.supply')),
                ('supplies', models.ManyToManyField(help_text='what leaves', related_name='removals', to='custody.supply')),
            ],
            options={
                'ordering': ['-pk'],
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
                ('about', models.CharField(blank=True, default='', help_text='which refresh, output or release, where there can be several', max_length=100)),
                ('document', models.TextField()),
                ('issued_at', models.DateTimeField(auto_now_add=True)),
                ('supply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='custody.supply')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ProviderOk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.TextField()),
                ('given_at', models.DateTimeField(auto_now_add=True)),
                ('supply', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='provider_ok', to='custody.supply')),
            ],
        ),
        migrations.CreateModel(
            name='TikangaFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pair', models.PositiveSmallIntegerField()),
                ('finding', models.CharField(help_text='met, condition or not met', max_length=20)),
                ('said', models.TextField(blank=True)),
                ('condition', models.TextField(blank=True)),
                ('found_at', models.DateTimeField(auto_now=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tikanga', to='custody.application')),
                ('kaitiaki', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tikanga_findings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pair'],
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
        migrations.CreateModel(
            name='UploadToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=16, unique=True)),
                ('secret_hash', models.CharField(max_length=96)),
                ('computer', models.CharField(blank=True, default='', help_text="of a person's: where", max_length=80)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='custody.agreement')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
                ('vendor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to='custody.organisation')),
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
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('digest', models.CharField(blank=True, help_text='of the text that was signed', max_length=96)),
                ('by', models.CharField(help_text='who wrote it down or signed it', max_length=60)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-until', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='evidence_dates')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('about', models.CharField(blank=True, help_text='what makes this notice one of its kind', max_length=140)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='custody.agreement')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='custody.organisation')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'agreement', 'kind', 'about'), name='told_once_each'), models.UniqueConstraint(condition=models.Q(('agreement', None)), fields=('organisation', 'kind', 'about'), name='told_once_each_about_other_things')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('provider_lead', 'provider lead'), ('provider_staff', 'provider staff'), ('vendor_sender', 'vendor sender'), ('intermediary', 'intermediary'), ('commissioner', 'commissioner'), ('linker', 'linker'), ('integrator', 'data integrator'), ('analyst', 'analyst'), ('output_checker', 'output checker'), ('assessor', 'assessor'), ('kaitiaki', 'kaitiaki'), ('researcher', 'researcher'), ('project_lead', 'project lead'), ('custodian_manager', 'custodian manager'), ('auditor', 'auditor')], max_length=30)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='custody.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'organisation', 'role'), name='one_membership_per_role')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('invited', 'invited'), ('accepted', 'accepted'), ('declined', 'declined'), ('taken back', 'taken back')], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='custody.project')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'person'), name='invited_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='application_once'),
        ),
        migrations.AddConstraint(
            model_name='projectmember',
            constraint=models.UniqueConstraint(fields=('project', 'person'), name='person_once_in_project'),
        ),
        migrations.AddConstraint(
            model_name='output',
            constraint=models.UniqueConstraint(fields=('project', 'refresh'), name='output_once'),
        ),
        migrations.AddConstraint(
            model_name='passedon',
            constraint=models.UniqueConstraint(fields=('release', 'to'), name='passed_on_once_to_each'),
        ),
        migrations.AddConstraint(
            model_name='requestfile',
            constraint=models.UniqueConstraint(fields=('request', 'name'), name='file_once_in_request'),
        ),
        migrations.AddConstraint(
            model_name='requestvote',
            constraint=models.UniqueConstraint(fields=('request', 'reviewer', 'name'), name='vote_once'),
        ),
        migrations.AddConstraint(
            model_name='senderkey',
            constraint=models.UniqueConstraint(fields=('organisation', 'fingerprint'), name='one_row_per_sender_key'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('version', 'side'), name='one_signature_per_side'),
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
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gte', models.F('starts'))), name='agreement_dates'),
        ),
        migrations.AddConstraint(
            model_name='specificationversion',
            constraint=models.UniqueConstraint(fields=('proposal', 'number'), name='version_once'),
        ),
        migrations.AddConstraint(
            model_name='refreshsupply',
            constraint=models.UniqueConstraint(fields=('refresh', 'supply'), name='supply_once_in_refresh'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('supply', 'kind', 'about'), name='one_receipt_per_kind_and_thing'),
        ),
        migrations.AddConstraint(
            model_name='tikangafinding',
            constraint=models.UniqueConstraint(fields=('application', 'pair'), name='pair_once'),
        ),
        migrations.AddConstraint(
            model_name='undertaking',
            constraint=models.UniqueConstraint(fields=('agreement', 'person'), name='one_undertaking'),
        ),
        migrations.AddConstraint(
            model_name='uploadtoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreement', None), ('person', None), ('vendor__isnull', False)), models.Q(('agreement__isnull', False), ('person', None), ('vendor', None)), models.Q(('agreement', None), ('person__isnull', False), ('vendor', None)), _connector='OR'), name='token_of_one_kind'),
        ),
    ]), migrations.RunPython(guard_record, migrations.RunPython.noop),
    ]
