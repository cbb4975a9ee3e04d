"""The tables whose rows 0002 has copied."""

from django.db import migrations


class Migration(migrations.Migration):
    needs_a_stop = "an earlier version still asks for them"

    dependencies = [
        ('favorites', '0002_one_library'),
    ]

    operations = [
        migrations.DeleteModel(name='Favorite'),
        migrations.DeleteModel(name='Follow'),
    ]
