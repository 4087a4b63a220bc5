import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0008_recognised_servers"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("sealed", models.TextField(editable=False)),
                (
                    "created_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "verbose_name": "kept reasoning state",
            },
        ),
    ]
