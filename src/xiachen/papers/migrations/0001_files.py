from django.db import migrations, models

import xiachen.base.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="File",
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
                ("keyring", models.UUIDField(verbose_name="keyring")),
                (
                    "data_class",
                    models.CharField(
                        choices=[
                            ("emergency", "emergency"),
                            ("register", "register"),
                            ("service", "service"),
                            ("accounts", "accounts"),
                        ],
                        max_length=10,
                        verbose_name="class of data",
                    ),
                ),
                ("purpose", models.CharField(max_length=40, verbose_name="purpose")),
                ("media_type", models.CharField(max_length=40, verbose_name="kind of file")),
                ("sealed", models.BinaryField()),
                ("kept_by", models.UUIDField(verbose_name="kept by")),
                ("kept_at", models.DateTimeField(verbose_name="kept")),
            ],
            options={
                "verbose_name": "file",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("data_class__in", ["emergency", "register", "service", "accounts"])
                        ),
                        name="file_of_a_keyed_class",
                    )
                ],
            },
        ),
    ]
