"""One table for whatever a person keeps; copies favorites and follows into it, with their ids and moments.

Servers of an earlier version must not write meanwhile: what they store after the copy would be left behind.
"""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.core.management.color import no_style
from django.db import migrations, models


# Rows are numbered in the order in which they were stored: these are their versions.
FAVORITES = """
    INSERT INTO favorites_entry (id, user_id, shelf, kind, item_id, created_at, changed_at, changed_by, title, image_url,
        valid_until, version)
    SELECT id, user_id, 'favorites', 'flyer', flyer_id, created_at, created_at, '', title, image_url, valid_until,
        row_number() OVER (PARTITION BY user_id ORDER BY created_at, id)
    FROM favorites_favorite
"""
# Their own ids were never shown; that they are given in the old order keeps rows of one moment in place.
FOLLOWS = """
    INSERT INTO favorites_entry (user_id, shelf, kind, item_id, created_at, changed_at, changed_by, title, version)
    SELECT user_id, 'follows', 'creator', creator_id, created_at, created_at, '', '',
        coalesce(saved.number, 0) + row_number() OVER (PARTITION BY user_id ORDER BY created_at, id)
    FROM favorites_follow
    LEFT JOIN (SELECT user_id, count(*) AS number FROM favorites_favorite GROUP BY user_id) AS saved USING (user_id)
    ORDER BY created_at, id
"""
LINKS = """
    UPDATE favorites_sharedlist SET version = 1
        + (SELECT count(*) FROM favorites_entry WHERE favorites_entry.user_id = favorites_sharedlist.owner_id)
    WHERE revoked_at IS NULL
"""
FAVORITES_BACK = """
    INSERT INTO favorites_favorite (id, user_id, flyer_id, created_at, title, image_url, valid_until)
    SELECT id, user_id, item_id, created_at, title, image_url, valid_until FROM favorites_entry
    WHERE shelf = 'favorites' AND kind = 'flyer' AND removed_at IS NULL
"""
FOLLOWS_BACK = """
    INSERT INTO favorites_follow (user_id, creator_id, created_at) SELECT user_id, item_id, created_at FROM favorites_entry
    WHERE shelf = 'follows' AND kind = 'creator' AND removed_at IS NULL ORDER BY created_at, id
"""


def copy(apps: Any, schema_editor: Any) -> None:
    Favorite, Follow, Entry, SharedList = (
        apps.get_model("favorites", name) for name in ("Favorite", "Follow", "Entry", "SharedList")
    )
    _execute(schema_editor.connection, FAVORITES, counts_on=Entry)
    _execute(schema_editor.connection, FOLLOWS)
    _execute(schema_editor.connection, LINKS)
    there, here = Favorite.objects.count() + Follow.objects.count(), Entry.objects.count()
    if there != here:
        raise RuntimeError(f"{there} rows were to be copied, and {here} are there: somebody writes meanwhile.")
    entries = Entry.objects.filter(user=models.OuterRef("pk")).order_by().values("user")
    links = SharedList.objects.filter(owner=models.OuterRef("pk"), revoked_at=None).order_by().values("owner")
    number = models.functions.Coalesce(models.Subquery(entries.annotate(n=models.Count("pk")).values("n")), 0)
    more = models.functions.Coalesce(models.Subquery(links.annotate(n=models.Count("pk")).values("n")), 0)
    User = apps.get_model("accounts", "User")
    # After a way back there and here again: versions that devices know are not given a second time.
    for pk, version in User.objects.filter(library_version__gt=0).values_list("pk", "library_version"):
        Entry.objects.filter(user=pk).update(version=models.F("version") + version)
        SharedList.objects.filter(owner=pk, revoked_at=None).update(version=models.F("version") + version)
    User.objects.update(library_version=models.F("library_version") + number + more)


def copy_back(apps: Any, schema_editor: Any) -> None:
    """Copy what the earlier version knows; ratings, a watchlist and other kinds are lost."""
    Favorite, SharedList = (apps.get_model("favorites", name) for name in ("Favorite", "SharedList"))
    _execute(schema_editor.connection, FAVORITES_BACK, counts_on=Favorite)
    _execute(schema_editor.connection, FOLLOWS_BACK)
    SharedList.objects.exclude(kind="flyer").delete()


def _execute(connection: Any, statement: str, *, counts_on: Any = None) -> None:
    """Execute a statement; let the ids of the model ``counts_on``, which it has given, be counted on from there."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for reset in connection.ops.sequence_reset_sql(no_style(), [counts_on] if counts_on else []):
            cursor.execute(reset)


class Migration(migrations.Migration):
    needs_a_stop = "what an earlier version stores after the copy would be left behind"

    dependencies = [
        ('accounts', '0002_library_version'),
        ('favorites', '0001_what_a_person_keeps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AppliedOp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('op_id', models.CharField(max_length=64)),
                ('digest', models.CharField(help_text='Of what it says; another op of this id has another.', max_length=32)),
                ('result', models.CharField(max_length=20)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shelf', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=20)),
                ('item_id', models.PositiveBigIntegerField()),
                ('value', models.PositiveSmallIntegerField(help_text='Of ratings: 1 to 5.', null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_by', models.CharField(blank=True, max_length=64)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('image_url', models.CharField(blank=True, max_length=2000, null=True)),
                ('valid_until', models.DateTimeField(null=True)),
                ('version', models.PositiveBigIntegerField(default=0)),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'entries',
            },
        ),
        migrations.CreateModel(
            name='LibraryState',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('pruned_version', models.PositiveBigIntegerField(default=0)),
                ('follows_seen_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RatingSummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('item_id', models.PositiveBigIntegerField()),
                ('count', models.BigIntegerField()),
                ('total', models.BigIntegerField()),
            ],
            options={
                'verbose_name_plural': 'rating summaries',
            },
        ),
        migrations.RemoveConstraint(
            model_name='sharedlist',
            name='one_shared_list_per_person',
        ),
        migrations.AddField(
            model_name='sharedlist',
            name='kind',
            field=models.CharField(db_default='flyer', default='flyer', max_length=20),
        ),
        migrations.AddField(
            model_name='sharedlist',
            name='version',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='sharedlist',
            constraint=models.UniqueConstraint(fields=('owner', 'kind'), name='one_shared_list_per_kind'),
        ),
        migrations.AddField(
            model_name='appliedop',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='applied_ops', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='entry',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='ratingsummary',
            constraint=models.UniqueConstraint(fields=('kind', 'item_id'), name='one_summary_per_item'),
        ),
        migrations.AddIndex(
            model_name='appliedop',
            index=models.Index(fields=['created_at'], name='ops_by_age'),
        ),
        migrations.AddIndex(
            model_name='appliedop',
            index=models.Index(fields=['user', '-created_at', '-id'], name='ops_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='appliedop',
            constraint=models.UniqueConstraint(fields=('user', 'op_id'), name='one_op_per_id'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('removed_at', None)), fields=['user', 'shelf', 'kind', '-created_at', '-id'], name='entries_newest_first'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['shelf', 'kind', 'item_id'], name='entries_of_an_item'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['user', 'version'], name='entries_by_version'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('removed_at__isnull', False)), fields=['user', 'removed_at'], name='entries_removed'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('user', 'shelf', 'kind', 'item_id'), name='one_entry_per_shelf_and_item'),
        ),
        # Last: PostgreSQL alters no table in a transaction that has just written to it.
        migrations.RunPython(copy, copy_back),
    ]
