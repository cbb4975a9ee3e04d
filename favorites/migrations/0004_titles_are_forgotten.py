"""Some services let nobody remember a title for ever: when a row's title has to be forgotten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("favorites", "0003_drop_the_old_tables")]

    operations = [
        migrations.AddField("entry", "forget_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["forget_at"],
                name="entries_to_forget",
                condition=models.Q(forget_at__isnull=False),
            ),
        ),
    ]
