"""The management commands of the cache, without Redis."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.proxy.tcp_proxy import tcp_proxy


def run(*command, **options):
    out = io.StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(params=["refused", "hang_up"])
def without_redis(request, settings):
    with tcp_proxy(mode="hang_up") as proxy:
        if request.param == "refused":
            proxy.close()
        settings.CACHE_URL = f"redis://127.0.0.1:{proxy.port}/0"
        yield


def test_without_a_shared_cache_the_commands_say_what_they_cannot_do(settings):
    settings.CACHE_URL = ""

    assert "no shared cache" in run("cache_stats")
    assert "/metrics" in run("cache_stats")
    for command in ("cache_clear", "cache_warm"):
        with pytest.raises(CommandError, match="CACHE_URL is empty"):
            run(command)


@pytest.mark.parametrize("command", ["cache_stats", "cache_clear"])
def test_with_redis_down_the_commands_end_in_one_sentence(without_redis, command):
    with pytest.raises(CommandError, match="The shared cache does not answer"):
        run(command)
