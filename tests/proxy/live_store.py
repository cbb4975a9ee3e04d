"""Real servers in front of the bundled store, and an administrator who writes to it."""

from contextlib import contextmanager

from mock_upstream.server import start_store
from tests.operations.programs import Server, running

PRODUCT, LIST = "/api/v1/products/7/", "/api/v1/products/?limit=50"
PROMOTE = "from accounts.models import User; User.objects.update(is_staff=True)"


@contextmanager
def servers_of_a_store(folder, *, number=1, **settings):
    """Give so many servers on one database, each with its workers, and the store."""
    with start_store() as store:
        options = {
            "WORKERS": "2",
            "STORE_API_URL": store.url,
            "STORE_FRESH_SECONDS": "600",
            "TMDB_API_TOKEN": "",
        }
        # Nobody asks for flyers.
        servers = [
            Server(folder, upstream="http://127.0.0.1:9", **(options | settings)) for _ in range(number)
        ]
        with running(servers[0]):
            try:
                for server in servers[1:]:
                    server.start()
                yield *servers, store
            finally:
                for server in servers[1:]:
                    server.kill()


def administrator_of(server):
    """Return the token of an administrator."""
    token = server.sign_in("root")
    server.manage("shell", "-c", PROMOTE)
    return token


def price_at(server, path=PRODUCT):
    """Return the price of product 7 as the server says it over a connection of its own."""
    answer = server.request(path)
    assert answer.status == 200, answer.body
    shown = answer.json()
    if path == PRODUCT:
        return shown["price"]["amount"]
    return next(product["price"]["amount"] for product in shown["results"] if product["id"] == 7)


def set_price(server, token, price):
    answer = server.request(PRODUCT, "PATCH", {"price": price}, token=token)
    assert answer.status == 200, answer.body
