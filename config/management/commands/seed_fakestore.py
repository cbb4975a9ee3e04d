"""`manage.py seed_fakestore`: people who keep, rate and buy products and follow creators, for a look at a database in use.

It knows several rooms, hence it lives in this one.
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import services
from accounts.models import User
from carts.services.carts import add_cart, page_of_carts
from carts.services.lines import Wanted
from carts.services.offers import find_offers
from clients.errors import UpstreamError
from favorites.services.entries import add_entries
from favorites.services.follows import SelfFollowError, add_follow
from favorites.services.ratings import rate
from favorites.services.shelves import FAVORITES
from flyers_proxy.catalog import CREATOR, FLYERS, get_flyers
from flyers_proxy.lists import FlyerList, rounded
from products_proxy.catalog import PRODUCT, PRODUCT_LIST, PRODUCTS, ProductList
from proxy.batches import confirm_many
from proxy.cache import free
from proxy.rendering import marks_in

DOMAIN: Final = "store.example"  # reserved: nobody's address ends so, and no letter arrives
PASSWORD: Final = "a-basket-by-the-door"  # noqa: S105 - it opens nothing but a developer's own machine
# As many as FakeStore has, and creators as are on one page of flyers.
MAX_PRODUCTS: Final = 20
MAX_CREATORS: Final = 10
CALLER: Final = "seed_fakestore"


class Person(NamedTuple):
    """Somebody, and what is theirs: products and creators by their places in what is found; ratings of 1 to 5."""

    first_name: str
    last_name: str
    keeps: tuple[int, ...] = ()
    rates: Mapping[int, int] = {}
    follows: tuple[int, ...] = ()
    carts: tuple[Mapping[int, int], ...] = ()  # quantities
    is_administrator: bool = False

    @property
    def email(self) -> str:
        return f"{self.first_name}@{DOMAIN}".lower()


PEOPLE: Final = (
    Person(
        "Ada",
        "Moreno",
        keeps=(0, 1, 4, 7, 9, 13),
        rates={0: 5, 1: 4, 4: 3, 13: 5},
        follows=(0, 1, 2),
        carts=({0: 1, 4: 2}, {13: 3}),
        is_administrator=True,
    ),
    Person(
        "Ben",
        "Okafor",
        keeps=(1, 2, 3, 4, 5, 6, 7, 8, 9),
        rates={1: 5, 2: 2, 3: 4},
        follows=(1,),
        carts=({1: 1, 2: 1, 3: 5},),
    ),
    Person("Carla", "Lindqvist", (0, 10, 11), {0: 4, 10: 5, 11: 5, 12: 1, 14: 3}, (0, 3, 4, 5), ({10: 2},)),
    Person("Dmitri", "Sato", (19, 18, 17, 4), {19: 3, 18: 4, 4: 1}, (2,)),
    Person("Elena", "Novak", (), {0: 3, 4: 2, 5: 4, 6: 4, 15: 5}, (), ({5: 12}, {6: 1}, {15: 1, 4: 1})),
    Person("Farid", "Haddad", (12, 1), {1: 4}, tuple(range(MAX_CREATORS)), ({12: 999},)),
    Person(
        "Greta",
        "Holm",
        keeps=tuple(range(MAX_PRODUCTS)),
        follows=(6, 7),
        carts=(dict.fromkeys(range(MAX_PRODUCTS), 1),),
    ),
    Person("Hugo", "Duarte"),  # has only just arrived
)


class Command(BaseCommand):
    help = (
        f"Fill the database with {len(PEOPLE)} people (*@{DOMAIN}) who keep and rate products of the running store, have them in "
        "carts, and follow creators of the running flyer service. The second time it changes nothing. "
        "With DEBUG alone, unless --password is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--flush",
            action="store_true",
            help="delete these people first, with all that is theirs; only those who have the password, and nobody else",
        )
        parser.add_argument(
            "--password",
            help=f"of all of them ({PASSWORD}); one of your own is needed without DEBUG, since everybody knows that one",
        )

    def handle(self, *args: Any, flush: bool, password: str | None, **options: Any) -> None:
        if not settings.STORE_API_URL:
            raise CommandError("There is no store: STORE_API_URL is empty.")
        password = _chosen(password)
        shown = f" {PASSWORD}" if password == PASSWORD else ""  # One of somebody's own belongs in no log.
        known = _known(password)
        try:
            products, creators = _products(), _creators()
        except UpstreamError as failure:
            catalog = PRODUCTS if failure.upstream == PRODUCTS.name else FLYERS
            raise CommandError(
                f"The {catalog.service} gave no answer ({type(failure).__name__}), so nothing was written."
            ) from None
        if flush:
            for user in known.values():
                services.delete_account(user=user, password=password)
            known = {}
        new: Counter[str] = Counter()
        for person in PEOPLE:
            user = known.get(person.email) or _add(person, password)
            new["people"] += person.email not in known
            new += _fill(user, person, products, creators)
            new["carts"] += _fill_carts(user, person, products)
        said = (
            ", ".join(f"{number} {what}" for what, number in new.items() if number)
            or "nothing, all was there"
        )
        self.stdout.write(f"New: {said}.")
        for person in PEOPLE:
            role = " (administrator)" if person.is_administrator else ""
            self.stdout.write(f"{person.email}{shown}{role}")


def _chosen(password: str | None) -> str:
    """Return the password for all of them: the one that is given, or in development the one that everybody knows."""
    if password in {None, PASSWORD} and not settings.DEBUG:
        raise CommandError(
            "People with a password that everybody knows are for development (DEBUG=True) alone; "
            "elsewhere give them one of your own with --password."
        )
    try:
        validate_password(password or PASSWORD)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password or PASSWORD


def _known(password: str) -> dict[str, User]:
    """Return those who are there, by address. Whoever has another password was not made here, and is left alone."""
    known = {}
    for person in PEOPLE:
        if user := services.find_person(person.email):
            if not user.check_password(password):
                raise CommandError(f"{person.email} has another password, so nothing was written.")
            known[person.email] = user
    return known


def _products() -> list[int]:
    """Return products of the store, in its order."""
    page = PRODUCTS.get_page(PRODUCT_LIST, ProductList(limit=MAX_PRODUCTS)).body
    if not page.count:
        raise CommandError("The store has no products, so nothing was written.")
    return [item.id for item in page.items if item.id is not None]


def _creators() -> list[int]:
    """Return creators of flyers, of whom there are fresh copies from now on."""
    page = get_flyers(FlyerList(position=rounded(None), limit=MAX_CREATORS * 3))
    ids = sorted(marks_in([page.body]).get(("follows", CREATOR.name), set()))[:MAX_CREATORS]
    batch = confirm_many(CREATOR.name, ids, caller=CALLER)
    if batch.failure:
        raise batch.failure
    return [id_ for id_ in ids if id_ in batch.found]


def _add(person: Person, password: str) -> User:
    create = User.objects.create_superuser if person.is_administrator else User.objects.create_user
    return create(
        email=person.email, password=password, first_name=person.first_name, last_name=person.last_name
    )


def _fill(user: User, person: Person, products: list[int], creators: list[int]) -> Counter[str]:
    """Add what is a person's and not there yet; return how many of what are new."""
    new: Counter[str] = Counter()
    # In a store with fewer products the places are counted on from its beginning.
    kept = [products[place % len(products)] for place in person.keeps]
    rated = {products[place % len(products)]: stars for place, stars in person.rates.items()}
    batch = add_entries(user=user, shelf=FAVORITES.name, kind=PRODUCT.name, ids=kept)
    new["favorites"] += len(batch.added)
    for product, stars in rated.items():
        new["ratings"] += rate(user=user, kind=PRODUCT.name, item_id=product, rating=stars)[1]
    for place in person.follows:
        if place < len(creators):
            with suppress(SelfFollowError):  # somebody has linked them to this creator
                new["follows"] += add_follow(user=user, creator_id=creators[place])[1]
    return new


def _fill_carts(user: User, person: Person, products: list[int]) -> int:
    """Give a person who has no cart theirs; return how many."""
    if page_of_carts(viewer=user, user_id=user.pk, page=1, limit=1).total:
        return 0
    offers = find_offers(products, caller=CALLER, on_miss=free)  # there are fresh copies of all of them
    for cart in person.carts:
        lines = [Wanted(products[place % len(products)], quantity) for place, quantity in cart.items()]
        add_cart(actor=user, lines=lines, offers=offers)
    return len(person.carts)
