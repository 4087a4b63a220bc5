"""The window of a model as everybody knows it, where its backend does not tell."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0010_search_engines")]

    operations = [
        migrations.AddField(
            model_name="backendmodel",
            name="known_context_window",
            field=models.PositiveIntegerField(
                editable=False,
                help_text="Where neither the list nor you say more.",
                null=True,
                verbose_name="context window as generally known",
            ),
        ),
    ]
