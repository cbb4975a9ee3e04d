"""A Python client generated from the schema works against the service."""

import os
import subprocess
import sys

import pytest

from tests.deploy.files import ROOT
from tests.operations.programs import PASSWORD

GENERATOR = "openapi-python-client==0.29.1"
HOME = ROOT / ".run" / GENERATOR
SECONDS = 180

VISIT = """
import sys
from decimal import Decimal

from flyers import AuthenticatedClient, Client
from flyers.api.accounts import auth_login, auth_me
from flyers.api.favorites import favorite_add, favorite_remove, favorites_list, movie_favorite_add, movie_favorite_remove
from flyers.api.favorites import product_favorite_add
from flyers.api.flyers import flyer_detail, flyers_discover
from flyers.api.movies import movies_detail, movies_discover
from flyers.api.products import product_categories, product_create, product_detail, products
from flyers.api.ratings import movie_rating_detail, movie_rating_put
from flyers.api.tv import tv_discover
from flyers.models import CredentialsRequest, FavoritesKind, FlyerPage, MoviePage, ProductBodyRequest, ProductPage
from flyers.models import ProductsSort, RatingBodyRequest, ShowPage, SignedIn

origin, email, password = sys.argv[1:]

anyone = Client(base_url=origin, raise_on_unexpected_status=True)
page = flyers_discover.sync(client=anyone, lat=40.4168, lng=-3.7038, limit=3)
assert isinstance(page, FlyerPage), page
flyer = page.results[0]
assert flyer.is_favorited is None
assert flyer.validity.valid_until > flyer.validity.valid_from

signed_in = auth_login.sync(client=anyone, body=CredentialsRequest(email=email, password=password))
assert isinstance(signed_in, SignedIn), signed_in

person = AuthenticatedClient(base_url=origin, token=signed_in.tokens.access, raise_on_unexpected_status=True)
assert auth_me.sync(client=person).email == email
assert favorite_add.sync_detailed(flyer.id, client=person).status_code == 201
assert flyer_detail.sync(flyer.id, client=person).is_favorited is True
assert [favorite.flyer_id for favorite in favorites_list.sync(client=person).results] == [flyer.id]
assert favorite_remove.sync_detailed(flyer.id, client=person).status_code == 204

movies = movies_discover.sync(client=anyone, limit=3)
assert isinstance(movies, MoviePage), movies
assert isinstance(tv_discover.sync(client=anyone), ShowPage)
assert movies.meta.attribution[0].startswith("This product uses TMDB"), movies.meta
movie = movies.results[0]
assert (movie.is_favorited, movie.is_on_watchlist) == (None, None)
assert movie_favorite_add.sync_detailed(movie.id, client=person).status_code == 201
in_full = movies_detail.sync(movie.id, client=person, region="BR")
assert (in_full.title, in_full.is_favorited, in_full.is_on_watchlist) == (movie.title, True, False)
rated = movie_rating_put.sync(movie.id, client=person, body=RatingBodyRequest(rating=4))
assert rated.mine == 4 and rated.count >= 1, rated
assert movie_rating_detail.sync(movie.id, client=anyone).mine is None
kept = favorites_list.sync(client=person, kind=FavoritesKind.MOVIE).results
assert [(row.kind, row.id, row.item.title) for row in kept] == [("movie", movie.id, movie.title)], kept
assert movie_favorite_remove.sync_detailed(movie.id, client=person).status_code == 204
assert movies_detail.sync(999_999, client=anyone).error.message == "There is no such movie."

category = product_categories.sync(client=anyone).results[0]
cheap = products.sync(client=anyone, category=category.slug, sort=ProductsSort.PRICE, max_price="500", limit=3)
assert isinstance(cheap, ProductPage), cheap
product = cheap.results[0]
assert Decimal(product.price.amount) <= 500 and product.price.currency == "USD", product.price
assert product_favorite_add.sync_detailed(product.id, client=person).status_code == 201
assert product_detail.sync(product.id, client=person).is_favorited is True
kept = favorites_list.sync(client=person, kind=FavoritesKind.PRODUCT).results
assert [(row.kind, row.item.title) for row in kept] == [("product", product.title)], kept
kettle = ProductBodyRequest(title="Kettle", price="109.95")
assert product_create.sync(client=person, body=kettle).error.code == "PERMISSION_DENIED"

nobody = AuthenticatedClient(base_url=origin, token="wrong")
assert auth_me.sync(client=nobody).error.code == "INVALID_TOKEN"
"""


def run(*command, **options):
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def generator():
    """The generator, in an environment of its own, made once: what it needs is nothing for the service's."""
    program = HOME / "bin" / "openapi-python-client"
    if not program.exists():
        made = run(sys.executable, "-m", "venv", str(HOME))
        if made.returncode == 0:
            made = run(HOME / "bin" / "python", "-m", "pip", "install", "--quiet", GENERATOR)
        if made.returncode and not os.environ.get("CI"):
            pytest.skip(f"{GENERATOR} can't be installed here: {made.stdout[-300:]}")
        assert made.returncode == 0, made.stdout
    return program


def test_a_generated_client_visits_the_service(generator, service, tmp_path):
    settings = tmp_path / "settings.yaml"
    settings.write_text("post_hooks: []\npackage_name_override: flyers\n")
    service.sign_in("generated")

    schema = ROOT / "tests" / "openapi.yaml"
    package = tmp_path / "flyers"
    generated = run(
        *(generator, "generate", "--path", schema, "--config", settings),
        *("--meta", "none", "--output-path", package, "--fail-on-warning"),
    )
    assert generated.returncode == 0, generated.stdout

    address = f"http://127.0.0.1:{service.port}"
    visit = run(
        HOME / "bin" / "python", "-c", VISIT, address, "generated@flyers.test", PASSWORD, cwd=tmp_path
    )
    assert visit.returncode == 0, visit.stdout
