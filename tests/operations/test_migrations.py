"""During an upgrade the old version runs on the migrated database, so each migration must let it.

What the release before can't live with comes a release later, when no server needs it any more. A migration that breaks a
rule and is all the same harmless says why: ``old_code_survives = "…"`` on its class.
"""

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

OURS = ("accounts", "favorites")
# Reading: the old code selects every column that it knows. Writing: it does not give those that it does not know.
REMOVALS = (migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel)
HARMLESS = (
    migrations.CreateModel,
    migrations.RemoveConstraint,
    migrations.RemoveIndex,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
)


def complaints(migration: migrations.Migration) -> Iterator[str]:
    """Yield what the release before could stumble over, or would have to wait for."""
    created = {
        operation.name.lower()
        for operation in migration.operations
        if isinstance(operation, migrations.CreateModel)
    }
    for operation in migration.operations:
        model = str(getattr(operation, "model_name", "")).lower()
        if isinstance(operation, HARMLESS) or model in created:
            continue
        description = operation.describe()
        if isinstance(operation, REMOVALS):
            yield f"{description}: the old code still asks for it"
        elif isinstance(operation, migrations.AddField):
            field = operation.field
            if not (field.null or field.has_db_default() or field.many_to_many):
                yield f"{description}: the old code gives it no value; null=True or db_default would"
        elif isinstance(operation, migrations.AddIndex):
            yield f"{description}: nobody can write to the table until it is built; PostgreSQL can do it CONCURRENTLY"
        else:
            yield f"{description}: it may take what the old code needs"


def test_the_old_version_survives_every_migration():
    loader = MigrationLoader(None)
    ours = {
        f"{app}.{name}": migration
        for (app, name), migration in loader.disk_migrations.items()
        if app in OURS and not migration.initial and not hasattr(migration, "old_code_survives")
    }

    assert {name: found for name, migration in ours.items() if (found := list(complaints(migration)))} == {}


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        (migrations.RemoveField("user", "username"), "still asks for it"),
        (migrations.RenameField("user", "username", "handle"), "still asks for it"),
        (migrations.DeleteModel("Session"), "still asks for it"),
        (migrations.AddField("user", "city", models.CharField(max_length=9)), "gives it no value"),
        (
            migrations.AddField("user", "city", models.CharField(max_length=9, default="")),
            "gives it no value",
        ),
        (migrations.AddIndex("user", models.Index(fields=["username"], name="x")), "CONCURRENTLY"),
        (migrations.AlterField("user", "username", models.CharField(max_length=9)), "may take"),
        (migrations.RunSQL("TRUNCATE accounts_user"), "may take"),
    ],
)
def test_what_the_old_version_does_not_survive_is_found(operation, complaint):
    migration = migrations.Migration("0009_next", "accounts")
    migration.operations = [operation]

    assert [complaint in found for found in complaints(migration)] == [True]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("user", "city", models.CharField(max_length=9, null=True)),
        migrations.AddField("user", "city", models.CharField(max_length=9, db_default="")),
        migrations.CreateModel("Place", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RemoveIndex("session", "sessions_by_end"),
    ],
)
def test_what_it_survives_is_let_be(operation):
    migration = migrations.Migration("0009_next", "accounts")
    migration.operations = [operation]

    assert not list(complaints(migration))
