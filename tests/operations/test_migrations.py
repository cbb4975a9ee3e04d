"""During an upgrade the old version runs on the migrated database, so each migration must let it.

What the release before can't live with comes a release later, when no server needs it any more. A migration that breaks a
rule and is all the same harmless says why: ``old_code_survives = "…"`` on its class. One for which all servers have to be
stopped says why, too, ``needs_a_stop = "…"``, and docs/operations.md names it.
"""

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.deploy.files import ROOT

OURS = ("accounts", "carts", "favorites", "reservations")
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


def ours() -> dict[str, migrations.Migration]:
    """Return our migrations but for the first ones, by app and name."""
    return {
        f"{app}.{name}": migration
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in OURS and not migration.initial
    }


def test_the_old_version_survives_every_migration_that_needs_no_stop():
    judged = {
        name: migration
        for name, migration in ours().items()
        if not hasattr(migration, "old_code_survives") and not hasattr(migration, "needs_a_stop")
    }

    assert {name: found for name, migration in judged.items() if (found := list(complaints(migration)))} == {}


def test_the_operations_manual_names_every_migration_that_needs_a_stop():
    manual = (ROOT / "docs/operations.md").read_text()

    stops = {
        name: migration.needs_a_stop
        for name, migration in ours().items()
        if hasattr(migration, "needs_a_stop")
    }

    assert all(stops.values())
    assert [name for name in stops if name.partition("_")[0] not in manual] == []


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
