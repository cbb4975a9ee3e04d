"""The command ``python -m mock_upstream``; only this module reads the environment."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from urllib.parse import urlsplit

from mock_upstream.control import ROOT
from mock_upstream.flyers.catalog import MADRID, Position
from mock_upstream.flyers.service import FlyerService
from mock_upstream.readers import BadValueError, number, plain, whole
from mock_upstream.server import DEFAULT_KEY, DEFAULT_TMDB_TOKEN, MockUpstream
from mock_upstream.service import Service, utc_now
from mock_upstream.store.service import StoreService
from mock_upstream.tmdb.service import TmdbService

MAX_PORT = 65_535
SERVICES = ("flyers", "tmdb", "store")  # in the order of their ports
END = frozenset({signal.SIGINT, signal.SIGTERM})
# Of each option: its variable, what it is otherwise, and what else there is to say.
OPTIONS = {
    "host": ("MOCK_HOST", "127.0.0.1", ""),
    "port": ("MOCK_PORT", "9000", ": of the first service; each other has the port after; 0: free ones"),
    "public-url": (
        "MOCK_PUBLIC_URL",
        "",
        "where browsers find the first; the port is counted on for each other",
    ),
    "lat": ("FLYERS_DEFAULT_LAT", str(MADRID.lat), ": where the flyers are"),
    "lng": ("FLYERS_DEFAULT_LNG", str(MADRID.lng), ": where the flyers are"),
}


def wait_for_signal() -> None:
    """Return at SIGINT or SIGTERM."""
    signal.sigwait(END)


def main(
    arguments: Sequence[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    wait: Callable[[], None] = wait_for_signal,
) -> int:
    """Serve until SIGINT or SIGTERM. Return the exit code: 0, or 1 after one sentence on what is wrong."""
    # Blocked in every thread, so that the one that waits for them gets them, and from the first moment on.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, END)
    try:
        with ExitStack() as running:
            for service in list(_started(_parser(environ).parse_args(arguments), environ, running)):
                print(f"Mocked {service.name} on {service.url} (knobs: {service.url}{ROOT})", flush=True)
            wait()
    except BadValueError as wrong:
        print(f"mock_upstream: {wrong}", file=sys.stderr)
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return 0


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mock_upstream",
        description="Services with sample data, for demos and tests. Their keys are FLYERS_API_TOKEN and TMDB_API_TOKEN.",
    )
    asked_for = "which to start; all of them if none is named"
    parser.add_argument("--services", nargs="+", choices=SERVICES, default=SERVICES, help=asked_for)
    for name, (variable, otherwise, about) in OPTIONS.items():
        default = environ.get(variable, "").strip() or otherwise
        parser.add_argument(f"--{name}", default=default, help=f"{variable}, %(default)s{about}")
    return parser


def _started(
    options: argparse.Namespace, environ: Mapping[str, str], running: ExitStack
) -> Iterator[MockUpstream]:
    """Start the services that are asked for, one after the other; ``running`` stops them."""
    names = [name for name in SERVICES if name in options.services]
    first = whole(0, MAX_PORT - len(names) + 1)("MOCK_PORT", plain(options.port))
    services = _services(options, environ)
    for order, name in enumerate(names):
        service, port = services[name], first and first + order
        public_url = _counted_on(options.public_url, order)
        knobs = service.knobs.turned_by(environ)
        try:
            started = MockUpstream(service, host=options.host, port=port, public_url=public_url, knobs=knobs)
        except OSError as reason:
            raise BadValueError(
                f"can't listen on {options.host}:{port} ({reason.strerror}); "
                "stop what is there, or choose another with MOCK_HOST, MOCK_PORT, --host or --port"
            ) from None
        yield running.enter_context(started)


def _services(options: argparse.Namespace, environ: Mapping[str, str]) -> dict[str, Service]:
    # The sample is spread in kilometres, and a degree of longitude has none left at a pole.
    lat = number(-85, 85)("FLYERS_DEFAULT_LAT", plain(options.lat))
    lng = number(-180, 180)("FLYERS_DEFAULT_LNG", plain(options.lng))
    key = environ.get("FLYERS_API_TOKEN", "").strip() or DEFAULT_KEY
    token = environ.get("TMDB_API_TOKEN", "").strip() or DEFAULT_TMDB_TOKEN
    return {
        "flyers": FlyerService(key=key, centre=Position(lat, lng), clock=utc_now),
        "tmdb": TmdbService(key=token),
        "store": StoreService(),
    }


def _counted_on(url: str, number: int) -> str:
    """Return the address of the service so many ports on; one without a port is the same for all."""
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:
        raise BadValueError(f"MOCK_PUBLIC_URL must be an address, not {url!r}") from None
    if port is None:
        return url
    return address._replace(netloc=f"{address.netloc.rpartition(':')[0]}:{port + number}").geturl()


if __name__ == "__main__":
    sys.exit(main())
