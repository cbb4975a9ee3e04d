"""The catalog of products: the whole list of the store, and what is cut from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any, Final, Literal, Unpack

from django.conf import settings
from msgspec import Struct
from msgspec.structs import replace

from clients.errors import UpstreamNotFoundError, UpstreamUnavailableError
from clients.fakestore import FakeStoreClient, Product, StoreRating
from clients.transport import CallOptions, Fetched, ListPage
from products_proxy import shapes
from proxy.catalog import Catalog
from proxy.kinds import Kind
from proxy.rendering import Item, Page
from proxy.snapshots import Found, Selection, Snapshot, SnapshotCopy
from proxy.store import Answer

Order = Literal["id", "-id", "price", "-price", "title", "-title", "rating", "-rating"]


class UnknownCategoriesError(Exception):
    """The store has no products of some categories; ``details`` names them, by their slugs, under ``missing``."""

    def __init__(self, slugs: Iterable[str]) -> None:
        super().__init__()
        self.details = {"missing": sorted(slugs)}


class ProductList(Struct, frozen=True, kw_only=True, array_like=True):
    """Which page of which products, normalised: equal questions are equal values.

    ``categories`` are slugs, of which ANY matches; ``words`` are casefolded, and ALL are somewhere in title, description or
    category; prices are inclusive. ``must_exist``: a category without products is an error.
    """

    page: int = 1
    limit: int = 10
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    order: Order = "id"
    must_exist: bool = False


class CategoryList(Struct, frozen=True):
    """All categories, or the one of this slug."""

    slug: str = ""


# --- The snapshot ------------------------------------------------------------------------------------


class ProductFacts(Struct, gc=False):
    """What is looked at to filter, order and search."""

    id: int
    title: str
    description: str
    price: shapes.Price
    categories: tuple[shapes.ProductCategory, ...]
    rating: StoreRating | None
    amount: Decimal = Decimal(0)
    text: str = ""

    def __post_init__(self) -> None:
        self.amount = Decimal(self.price.amount)
        names = [category.name for category in self.categories]
        self.text = "\n".join([self.title, self.description, *names]).casefold()


def _fetch_all(
    client: FakeStoreClient, **call: Unpack[CallOptions]
) -> Fetched[ListPage[shapes.PlainProduct]]:
    # One call, behind the callers, which may take as long as all pages of another service together.
    call["seconds"] = settings.STORE_SNAPSHOT_SECONDS
    return client.list_products(**call).mapped(_shown)


def _shown(found: ListPage[Product]) -> ListPage[shapes.PlainProduct]:
    """Return the products as they are shown, as many as a snapshot may have."""
    products = found.results[: settings.STORE_SNAPSHOT_MAX_ITEMS]
    return ListPage(found.count, tuple(map(shapes.product_of, products)), found.left_out)


SNAPSHOT: Final = Snapshot("all", shapes.PRODUCT, _fetch_all, ProductFacts)

# --- What is cut from it -----------------------------------------------------------------------------

_RANKS: Final[dict[str, Callable[[ProductFacts], Any]]] = {
    "id": lambda product: product.id,
    "price": lambda product: product.amount,
    "title": lambda product: product.title.casefold(),
    "rating": lambda product: product.rating.rate if product.rating else 0.0,
}


def _products(copy: SnapshotCopy[ProductFacts], query: ProductList) -> Page:
    """Return the page of products that ``query`` asks for; what has no rating is last, whatever the direction."""
    if query.must_exist and copy.is_whole and (missing := set(query.categories) - _counts(copy).keys()):
        raise UnknownCategoriesError(missing)
    products = copy.facts
    places = [place for place, product in enumerate(products) if _is_wanted(product, query)]
    name, is_descending = query.order.lstrip("-"), query.order.startswith("-")
    # Sorting is stable: equal ones stay in order of their ids, whatever the direction.
    places.sort(key=lambda place: products[place].id)
    if query.order != "id":
        rank = _RANKS[name]
        places.sort(key=lambda place: rank(products[place]), reverse=is_descending)
    if name == "rating":
        places.sort(key=lambda place: products[place].rating is None)
    return copy.page_of(places, page=query.page, limit=query.limit)


def _is_wanted(product: ProductFacts, query: ProductList) -> bool:
    if query.categories and all(category.slug not in query.categories for category in product.categories):
        return False
    if query.min_price is not None and product.amount < query.min_price:
        return False
    if query.max_price is not None and product.amount > query.max_price:
        return False
    return all(word in product.text for word in query.words)


def _counts(copy: SnapshotCopy[ProductFacts]) -> Counter[str]:
    """Return the slugs of all categories, each with the number of its products."""
    return Counter(category.slug for product in copy.facts for category in product.categories)


def _names(copy: SnapshotCopy[ProductFacts]) -> dict[str, str]:
    """Return the name of each slug: the first, where several names have the same."""
    backwards = reversed(copy.facts)
    return {category.slug: category.name for product in backwards for category in product.categories}


def _categories(copy: SnapshotCopy[ProductFacts], query: CategoryList) -> Page | Item:
    """Return all categories by their names, or the one of a slug; ``UpstreamNotFoundError`` if there is none."""
    counts, names = _counts(copy), _names(copy)
    if not query.slug:
        found = [shapes.StoreCategory(slug, name, counts[slug]) for slug, name in sorted(names.items())]
        page = shapes.CATEGORY.render_page(len(found), found)
        return replace(page, is_partial=not copy.is_whole)
    if query.slug not in names and not copy.is_whole:
        raise not_all_known()
    if query.slug not in names:
        raise UpstreamNotFoundError("no product has this category", kind="category")
    return shapes.CATEGORY.render(shapes.StoreCategory(query.slug, names[query.slug], counts[query.slug]))


def not_all_known() -> UpstreamUnavailableError:
    """Return what is to be said of a category that products may have which are not known."""
    failure = UpstreamUnavailableError("not among the products that are known, which are not all")
    failure.upstream = "products"
    return failure


PRODUCT_LIST: Final = Selection("list", SNAPSHOT, shapes.PRODUCT, _products)
CATEGORIES: Final = Selection("categories", SNAPSHOT, shapes.CATEGORY, _categories)

# --- The catalog -------------------------------------------------------------------------------------


def _fetch_product(
    client: FakeStoreClient, product_id: int, **call: Unpack[CallOptions]
) -> Fetched[shapes.PlainProduct]:
    return client.get_product(product_id, **call).mapped(shapes.product_of)


def _warm(number: int) -> Iterator[tuple[str, Callable[[], Answer]]]:
    yield "categories", partial(PRODUCTS.get_page, CATEGORIES, CategoryList())
    for page in range(1, number + 1):
        yield f"page {page}", partial(PRODUCTS.get_page, PRODUCT_LIST, ProductList(page=page))


PRODUCT: Final = Kind(
    shapes.PRODUCT,
    _fetch_product,
    found=Found(SNAPSHOT),
    relations=("favorites", "ratings"),
    path="products",
    noun="product",
)
PRODUCTS: Final = Catalog(
    "products",
    service="store",
    prefix="STORE",
    client=FakeStoreClient,
    kinds=[PRODUCT],
    listings=[PRODUCT_LIST, CATEGORIES],
    takes_writes=True,
    warm=_warm,
)
