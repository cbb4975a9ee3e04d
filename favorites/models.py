"""The tables of what people keep, and the constraints that hold whatever the code does."""

from django.db import models
from django.utils import timezone

from accounts.models import User
from proxy.rendering import Summary


class EntryQuerySet(models.QuerySet["Entry"]):
    def there(self) -> "EntryQuerySet":
        """Return those that are there; the others were removed."""
        return self.filter(removed_at=None)


class Entry(models.Model):
    """One item that a person keeps on one shelf, and what is shown of it once its service has it no more.

    A removal leaves the row as a tombstone: it is what other devices learn of it, and what is undone. The state is that of
    the latest write: ``changed_at`` is its moment, ``changed_by`` its op id, empty for one by a route of its own. ``version``
    is the person's library version since when it is so, 0 if no change of it was ever seen. ``forget_at`` is when title and
    picture have to be forgotten unless the item is seen again, None if they may stay for ever.
    """

    # No index of its own: each question about a person is answered by one of those below.
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="entries", db_index=False)
    shelf = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    item_id = models.PositiveBigIntegerField()
    value = models.PositiveSmallIntegerField(null=True, help_text="Of ratings: 1 to 5.")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=200, blank=True)
    image_url = models.CharField(max_length=2000, null=True, blank=True)  # noqa: DJ001 - no picture is no address
    valid_until = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(null=True)
    version = models.PositiveBigIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "shelf", "kind", "item_id"], name="one_entry_per_shelf_and_item"
            )
        ]
        indexes = [
            models.Index(
                fields=["user", "shelf", "kind", "-created_at", "-id"],
                name="entries_newest_first",
                condition=models.Q(removed_at=None),
            ),
            models.Index(fields=["shelf", "kind", "item_id"], name="entries_of_an_item"),
            models.Index(fields=["user", "version"], name="entries_by_version"),
            models.Index(
                fields=["user", "removed_at"],
                name="entries_removed",
                condition=models.Q(removed_at__isnull=False),
            ),
            models.Index(
                fields=["forget_at"],
                name="entries_to_forget",
                condition=models.Q(forget_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id} on {self.shelf} of {self.user_id}"

    @property
    def is_there(self) -> bool:
        """Say whether the person keeps it now."""
        return self.removed_at is None

    @property
    def summary(self) -> Summary:
        """What is remembered of the item."""
        return Summary(self.title, self.image_url, self.valid_until)

    @summary.setter
    def summary(self, summary: Summary) -> None:
        self.title, self.image_url, self.valid_until = summary.title, summary.image_url, summary.ends_at


class RatingSummary(models.Model):
    """How often an item is rated, and the sum of these ratings; changed with each rating, in its transaction."""

    kind = models.CharField(max_length=20)
    item_id = models.PositiveBigIntegerField()
    count = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "rating summaries"
        constraints = [models.UniqueConstraint(fields=["kind", "item_id"], name="one_summary_per_item")]

    def __str__(self) -> str:
        return f"ratings of {self.kind} {self.item_id}"


class SharedList(models.Model):
    """The one link to what a person keeps of a kind; whoever has the slug may read it."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shared_lists", db_index=False)
    kind = models.CharField(max_length=20, default="flyer", db_default="flyer")
    list_name = models.CharField(max_length=100)
    slug = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)
    version = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind"], name="one_shared_list_per_kind"),
            models.UniqueConstraint(fields=["slug"], name="one_shared_list_per_slug"),
        ]

    def __str__(self) -> str:
        return f"{self.list_name} of {self.owner_id}"


class AppliedOp(models.Model):
    """What became of an op of a device, so that it is answered alike when it comes again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="applied_ops", db_index=False)
    op_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=32, help_text="Of what it says; another op of this id has another.")
    result = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "op_id"], name="one_op_per_id")]
        indexes = [
            models.Index(fields=["created_at"], name="ops_by_age"),
            models.Index(fields=["user", "-created_at", "-id"], name="ops_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"op {self.op_id} of {self.user_id}"


class LibraryState(models.Model):
    """What is stored of a person's library besides its entries.

    ``pruned_version``: a change feed that was last read before this version may lack removals. ``follows_seen_at``: when
    they last looked at what is new.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    pruned_version = models.PositiveBigIntegerField(default=0)
    follows_seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"library of {self.user_id}"
