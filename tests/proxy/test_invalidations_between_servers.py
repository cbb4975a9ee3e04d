"""What an administrator writes through one server is what readers of another on the same Redis see a moment later."""

import pytest
import redis
from django.conf import settings

from tests.operations.programs import until
from tests.proxy.live_store import LIST, PRODUCT, administrator_of, price_at, servers_of_a_store, set_price

READS = 20
KEY = "flyers-bff:reads:generation:written:products"


@pytest.fixture
def servers(tmp_path):
    """Two servers, of two workers each, whose workers have all read and listen."""
    with servers_of_a_store(tmp_path, number=2, CACHE_URL=settings.CACHE_URL) as (one, other, _):
        until(lambda: have_all_read(one) and have_all_read(other), what="reads by all workers")
        yield one, other


def have_all_read(server):
    price_at(server)
    with redis.Redis.from_url(settings.CACHE_URL) as store:
        return store.pubsub_numsub(KEY)[0][1] == 4


def test_a_write_through_one_server_is_soon_seen_through_the_other_and_then_always(servers):
    one, other = servers
    token = administrator_of(one)

    for price in ("1.15", "2.25", "3.35"):
        set_price(one, token, price)
        assert {price_at(one, path) for _ in range(READS // 2) for path in (PRODUCT, LIST)} == {price}
        until(
            lambda price=price: {price_at(other) for _ in range(READS)} == {price},
            what="passing on of a write",
        )
        assert {price_at(other, LIST) for _ in range(READS)} == {price}
