import django.db.models.deletion
from django.db import migrations, models

import xiachen.base.ids


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0001_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xiachen.base.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("account", models.UUIDField(verbose_name="account")),
                ("grant", models.UUIDField(verbose_name="role given")),
                ("role", models.CharField(max_length=20, verbose_name="role")),
                ("incident", models.UUIDField(blank=True, null=True, verbose_name="incident")),
                ("second_factor", models.BooleanField(verbose_name="proven twice")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("kind", models.CharField(max_length=40, verbose_name="kind of sheet")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("matching", "columns to be confirmed"),
                            ("checking", "being checked"),
                            ("checked", "checked"),
                            ("entering", "being entered"),
                            ("entered", "entered"),
                        ],
                        default="matching",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "keeps_faulty",
                    models.BooleanField(default=False, verbose_name="enters the good lines only"),
                ),
                (
                    "community_code",
                    models.BigIntegerField(blank=True, null=True, verbose_name="community"),
                ),
                ("asked", models.JSONField(default=dict, verbose_name="chosen beside the file")),
                ("mapping", models.JSONField(default=list, verbose_name="columns")),
                ("total", models.IntegerField(default=0, verbose_name="lines")),
                ("new", models.IntegerField(default=0, verbose_name="new")),
                ("changed", models.IntegerField(default=0, verbose_name="added to")),
                ("already", models.IntegerField(default=0, verbose_name="there already")),
                ("faulty", models.IntegerField(default=0, verbose_name="to be mended")),
                ("entered_new", models.IntegerField(default=0, verbose_name="entered as new")),
                (
                    "entered_changed",
                    models.IntegerField(default=0, verbose_name="entered as additions"),
                ),
                (
                    "entered_already",
                    models.IntegerField(default=0, verbose_name="were there already"),
                ),
                ("left_out", models.JSONField(default=list, verbose_name="lines left out")),
                (
                    "failed",
                    models.CharField(blank=True, max_length=300, verbose_name="given up because"),
                ),
                ("sealed", models.BinaryField()),
                ("begun_at", models.DateTimeField(verbose_name="begun")),
                (
                    "worked_since",
                    models.DateTimeField(blank=True, null=True, verbose_name="at work since"),
                ),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="kept until")),
            ],
            options={
                "verbose_name": "sheet on its way in",
                "indexes": [models.Index(fields=["account", "begun_at"], name="draft_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("begun_at"))),
                        name="draft_expires",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Matching",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xiachen.base.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="kind of sheet")),
                ("headings", models.CharField(max_length=64, verbose_name="headings")),
                ("fields", models.JSONField(verbose_name="columns")),
                ("confirmed_at", models.DateTimeField(verbose_name="confirmed at")),
            ],
            options={
                "verbose_name": "matching of columns",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "headings"), name="matching_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftPart",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=xiachen.base.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.IntegerField(verbose_name="number")),
                ("faults", models.JSONField(default=dict, verbose_name="faults")),
                ("sealed", models.BinaryField()),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="papers.draft",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a sheet",
                "constraints": [
                    models.UniqueConstraint(fields=("draft", "number"), name="draft_part")
                ],
            },
        ),
    ]
