import routing.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0007_shorter_prompts"),
    ]

    operations = [
        migrations.AddField(
            model_name="backend",
            name="recognised_dialect",
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
        migrations.AlterField(
            model_name="backend",
            name="dialect",
            field=models.CharField(
                blank=True,
                help_text="Which habits of requests and replies the backend has. Empty: told by the host of the base URL, else by the list of models.",
                max_length=20,
                validators=[routing.validators.validate_dialect],
            ),
        ),
    ]
