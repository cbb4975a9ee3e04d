"""The tables of what people save, and the constraints that hold whatever the code does."""

from django.db import models
from django.utils import timezone

from accounts.models import User
from proxy.rendering import Summary


class Favorite(models.Model):
    """A flyer that a person saves, and what is shown of it once upstream has it no more."""

    # No index of its own: each question about a person is answered by one of those below.
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="favorites", db_index=False)
    flyer_id = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    title = models.CharField(max_length=200, blank=True)
    image_url = models.CharField(max_length=2000, null=True, blank=True)  # noqa: DJ001 - no picture is no address
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "flyer_id"], name="one_favorite_per_flyer")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="favorites_newest_first"),
            models.Index(fields=["flyer_id"], name="favorites_of_a_flyer"),
        ]

    def __str__(self) -> str:
        return f"flyer {self.flyer_id} saved by {self.user_id}"

    @property
    def summary(self) -> Summary:
        """What is remembered of the flyer."""
        return Summary(self.title, self.image_url, self.valid_until)

    @summary.setter
    def summary(self, summary: Summary) -> None:
        self.title, self.image_url, self.valid_until = summary.title, summary.image_url, summary.ends_at


class Follow(models.Model):
    """A creator whom a person follows."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows", db_index=False)
    creator_id = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "creator_id"], name="one_follow_per_creator")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="follows_newest_first"),
            models.Index(fields=["creator_id"], name="follows_of_a_creator"),
        ]

    def __str__(self) -> str:
        return f"creator {self.creator_id} followed by {self.user_id}"


class SharedList(models.Model):
    """The one link to a person's favorites; whoever has the slug may read them."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shared_lists", db_index=False)
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
