"""favorites: the tables, and the constraints that keep them true. They know ids of upstream, and no upstream."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Favorite(models.Model):
    """A flyer that a person keeps, with enough of it to say what it was once it is gone."""

    # No index of its own: each question about a person is answered by one of those below.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favorites", db_index=False
    )
    flyer_id = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    title = models.CharField(max_length=200, blank=True)
    image_url = models.CharField(max_length=2000, null=True, blank=True)  # noqa: DJ001 - no picture is no address
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "flyer_id"], name="one_favorite_per_flyer"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="favorites_newest_first"),
            models.Index(fields=["flyer_id"], name="favorites_of_a_flyer"),
        ]

    def __str__(self) -> str:
        return f"flyer {self.flyer_id} kept by {self.user_id}"


class Follow(models.Model):
    """A creator whom a person follows."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows", db_index=False
    )
    creator_id = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "creator_id"], name="one_follow_per_creator"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="follows_newest_first"),
            models.Index(fields=["creator_id"], name="follows_of_a_creator"),
        ]

    def __str__(self) -> str:
        return f"creator {self.creator_id} followed by {self.user_id}"


class SharedList(models.Model):
    """The one link by which a person shows their favorites; whoever has the slug may read them."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shared_lists", db_index=False
    )
    list_name = models.CharField(max_length=100)
    slug = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner"], name="one_shared_list_per_person"),
            models.UniqueConstraint(fields=["slug"], name="one_shared_list_per_slug"),
        ]

    def __str__(self) -> str:
        return f"{self.list_name} of {self.owner_id}"
