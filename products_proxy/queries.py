"""Query parameters of reads of products, and bodies of writes of them."""

import re
import unicodedata
from decimal import Decimal as Money
from typing import Any, Final, get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.bodies import Body
from clients import values
from products_proxy.catalog import Order
from proxy.parameters import NOT_BLANK, CommaSeparated, PageQuery

MAX_CATEGORIES: Final = 20
MAX_WORDS: Final = 10

_SLUG = r"[a-z0-9_-]{1,100}"
_PRICE = r"[0-9]{1,9}(\.[0-9]{1,4})?"
# Of RFC 3986, without user names. Less than a browser can use, which is what is shown of what others have written.
_SIGN = r"(?:[A-Za-z0-9._~:/@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_ADDRESS = (
    rf"https?://[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?(?:/{_SIGN}*)?(?:\?(?:{_SIGN}|\?)*)?(?:#(?:{_SIGN}|\?)*)?"
)
_PRICE_SENTENCE: Final = "Give an amount such as 109.95: at most 9 digits, and 4 after the point."


class Slug(serializers.RegexField):
    """A category by its slug."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(rf"^{_SLUG}\Z", error_messages={"invalid": "Give the slug of a category."}, **kwargs)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "type": "array",
        "items": {"type": "string", "pattern": f"^{_SLUG}$"},
        "minItems": 1,
        "maxItems": MAX_CATEGORIES,
    }
)
class Slugs(CommaSeparated):
    """Slugs of categories, read as a sorted tuple without repeats."""

    default_error_messages = {"slugs": f"Give 1 to {MAX_CATEGORIES} slugs of categories separated by commas."}

    def to_internal_value(self, data: object) -> tuple[str, ...]:
        slugs = self.words(data)
        if len(slugs) > MAX_CATEGORIES or not all(re.fullmatch(_SLUG, slug) for slug in slugs):
            self.fail("slugs")
        return tuple(sorted(set(slugs)))


@extend_schema_field({"type": "string", "pattern": f"^{_PRICE}$"})
class Price(serializers.Field[Money, Any, Any, Any]):
    """An amount of money in ASCII digits, exactly."""

    default_error_messages = {"invalid": _PRICE_SENTENCE}

    def to_internal_value(self, data: object) -> Money:
        # The shortest text that stands for a float is what somebody wrote in a body.
        text = repr(data) if type(data) in {int, float} else data
        if not isinstance(text, str) or not re.fullmatch(_PRICE, text):
            self.fail("invalid")
        return Money(text)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "pattern": f"^{_PRICE}$"},
            {"type": "number", "minimum": 0, "maximum": 999_999_999},
        ],
        "description": "At most 4 digits after the point.",
    }
)
class WrittenPrice(Price):
    """The same in a body, where it may be a number, too."""


# --- Reads -------------------------------------------------------------------------------------------


class ProductsQuery(PageQuery):
    category = Slug(required=False, help_text="Products of one category, by its slug.")
    categories = Slugs(required=False, help_text="Slugs of categories; ANY of them matches.")
    search = serializers.CharField(
        required=False,
        max_length=200,
        validators=[NOT_BLANK],
        help_text=f"Words in the title, the description or the category; ALL of them match, at most {MAX_WORDS}.",
    )
    min_price = Price(required=False, help_text="At least so much, in the currency of the prices.")
    max_price = Price(required=False, help_text="At most so much.")
    sort = serializers.ChoiceField(
        choices=get_args(Order),
        default="id",
        help_text="`-` is descending; without a rating a product comes last in either direction.",
    )

    def validate_search(self, search: str) -> tuple[str, ...]:
        words = tuple(sorted(set(search.casefold().split())))
        if len(words) > MAX_WORDS:
            raise serializers.ValidationError(f"Give at most {MAX_WORDS} words.")
        return words

    def validate_min_price(self, price: Money) -> Money:
        return price.normalize()  # 5 and 5.00 are one question

    def validate_max_price(self, price: Money) -> Money:
        return price.normalize()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "category" in attrs and "categories" in attrs:
            raise serializers.ValidationError({"category": ["Give it or categories, not both."]})
        low, high = attrs.get("min_price"), attrs.get("max_price")
        if low is not None and high is not None and low > high:
            raise serializers.ValidationError({"min_price": ["It is more than max_price."]})
        return attrs


class ByCategoriesQuery(PageQuery):
    categoryIds = Slugs(help_text="Slugs of categories, all of which must exist; ANY of them matches.")  # noqa: N815 - its name in the API


# --- Writes ------------------------------------------------------------------------------------------


class OneLine(serializers.CharField):
    """A JSON string on one line that has something to see, without what can't be seen."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = values.line(data, len(data)).strip()
        if not any(unicodedata.category(sign)[0] in "LNPS" for sign in text):
            self.fail("blank")
        return text


class Description(serializers.CharField):
    """A JSON string, which may be empty."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "uri", "pattern": f"^{_ADDRESS}$"})
class Picture(serializers.CharField):
    """The address of a picture that a browser may be sent to."""

    default_error_messages = {"invalid": "Give an address that begins with https:// or http://, in ASCII."}

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or not re.fullmatch(_ADDRESS, data):
            self.fail("invalid")
        return data


class ProductBody(Body):
    """A product as an administrator writes it; it has the category whose slug is given, or none."""

    title = OneLine(max_length=300)
    price = WrittenPrice()
    description = Description(max_length=5000, allow_blank=True, default="")
    image = Picture(max_length=2000, allow_null=True, default=None)
    categories = serializers.ListField(child=Slug(), max_length=1, default=list)


class ProductChanges(Body):
    """What is to be changed of a product; the rest stays."""

    title = OneLine(max_length=300, required=False)
    price = WrittenPrice(required=False)
    description = Description(max_length=5000, allow_blank=True, required=False)
    image = Picture(max_length=2000, allow_null=True, required=False)
    categories = serializers.ListField(child=Slug(), max_length=1, required=False)
