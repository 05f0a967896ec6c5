"""Reports passed on, later uses, notices by e-mail, and the ends of agreements and of what was supplied."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('custody', '0031_clients_and_breaches'),
    ]

    operations = [
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
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PassedOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('passed on', 'passed on'), ('no longer shown', 'no longer shown')], max_length=20)),
                ('by', models.CharField(max_length=60)),
                ('passed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-passed_at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='agreement',
            name='commissioner',
            field=models.ForeignKey(blank=True, help_text='who released reports can be passed on to', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_commissioned', to='custody.organisation'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='destroy_asked_on',
            field=models.DateField(blank=True, help_text='the day its provider asked for destruction now', null=True),
        ),
        migrations.AddField(
            model_name='agreement',
            name='ended_on',
            field=models.DateField(blank=True, help_text='the day it was brought to an end, if it was', null=True),
        ),
        migrations.AddField(
            model_name='agreement',
            name='passes_on_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='days after its release a report is passed on; empty: the provider decides', null=True),
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='commissioner',
            field=models.ForeignKey(blank=True, help_text='who released reports can be passed on to', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss_commissioned', to='custody.organisation'),
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='own_agreement',
            field=models.CharField(blank=True, help_text='whether the provider has or needs one of its own with who sends', max_length=20),
        ),
        migrations.AddField(
            model_name='agreementversion',
            name='passes_on_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='days after its release a report is passed on; empty: the provider decides', null=True),
        ),
        migrations.AlterField(
            model_name='notice',
            name='about',
            field=models.CharField(blank=True, help_text='what makes this notice one of its kind', max_length=140),
        ),
        migrations.AlterField(
            model_name='notice',
            name='agreement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='custody.agreement'),
        ),
        migrations.AlterField(
            model_name='supply',
            name='state',
            field=models.CharField(choices=[('receiving', 'receiving'), ('stopped', 'stopped'), ('received', 'received'), ('checking', 'checking'), ('checked', 'checked'), ('accepting', 'accepting'), ('practised', 'practised'), ('rejected', 'rejected'), ('accepted', 'accepted'), ('linking', 'linking'), ('linked', 'linked'), ('loaded', 'loaded'), ('withdrawn', 'withdrawn'), ('expired', 'expired'), ('destroyed', 'destroyed')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('agreement', None)), fields=('organisation', 'kind', 'about'), name='told_once_each_about_other_things'),
        ),
        migrations.AddField(
            model_name='lateruse',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_uses', to='custody.agreement'),
        ),
        migrations.AddField(
            model_name='mailchoice',
            name='person',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mail_choice', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='passedon',
            name='release',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passed_on', to='custody.release'),
        ),
        migrations.AddField(
            model_name='passedon',
            name='to',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports_passed_on', to='custody.organisation'),
        ),
        migrations.AddConstraint(
            model_name='passedon',
            constraint=models.UniqueConstraint(fields=('release', 'to'), name='passed_on_once_to_each'),
        ),
    ]
