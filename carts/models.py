"""The tables of carts and their lines, and the constraints that hold whatever the code does."""

from typing import Final

from django.db import models
from django.utils import timezone

from accounts.models import User

MAX_QUANTITY: Final = 999


class Cart(models.Model):
    """What a person is about to buy; ``date`` is theirs to set."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="carts", db_index=False)
    date = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="carts_newest_first")]

    def __str__(self) -> str:
        return f"cart {self.pk} of {self.user_id}"


class Line(models.Model):
    """A product in a cart, and what is remembered of it since its owner last set the line.

    ``price_then`` is a decimal number as text: with the digits that the store wrote, which no column for numbers has on
    both databases. The ids are in the order in which the lines were added.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines", db_index=False)
    product_id = models.PositiveBigIntegerField()
    quantity = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300)
    image = models.CharField(max_length=2000, null=True)  # noqa: DJ001 - no picture is no address
    price_then = models.CharField(max_length=20)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "product_id"], name="one_line_per_product"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="quantity_is_1_to_999"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of product {self.product_id} in {self.cart_id}"
