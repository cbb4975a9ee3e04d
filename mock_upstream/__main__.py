"""The command ``python -m mock_upstream``; only this module reads the environment."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from urllib.parse import urlsplit

from mock_upstream.control import ROOT
from mock_upstream.flyers.places import MADRID, Position
from mock_upstream.flyers.service import FlyerService
from mock_upstream.knob_readers import BadKnobError
from mock_upstream.knobs import knobs_from
from mock_upstream.listener import MockUpstream, listen
from mock_upstream.messages import Service
from mock_upstream.server import DEFAULT_KEY, DEFAULT_TMDB_TOKEN, utc_now
from mock_upstream.tmdb.service import TmdbService

MAX_PORT = 65_535
SERVICES = ("flyers", "tmdb")  # in the order of their ports
END = frozenset({signal.SIGINT, signal.SIGTERM})


class BadSettingError(ValueError):
    """A setting is wrong; the message is the sentence to print."""


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
    except (BadSettingError, BadKnobError) as wrong:
        print(f"mock_upstream: {wrong}", file=sys.stderr)
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return 0


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    def default(variable: str, otherwise: object) -> str:
        return environ.get(variable, "").strip() or str(otherwise)

    parser = argparse.ArgumentParser(
        prog="python -m mock_upstream",
        description="Services with sample data, for demos and tests. Their keys are FLYERS_API_TOKEN and TMDB_API_TOKEN.",
    )
    parser.add_argument(
        "--services",
        nargs="+",
        choices=SERVICES,
        default=SERVICES,
        help="which to start; all of them if none is named",
    )
    parser.add_argument("--host", default=default("MOCK_HOST", "127.0.0.1"), help="MOCK_HOST, %(default)s")
    parser.add_argument(
        "--port",
        default=default("MOCK_PORT", 9000),
        help="MOCK_PORT, %(default)s: of the first service; each other has the port after; 0: free ones",
    )
    parser.add_argument(
        "--public-url",
        default=default("MOCK_PUBLIC_URL", ""),
        help="MOCK_PUBLIC_URL, where browsers find the first; the port is counted on for each other",
    )
    parser.add_argument("--lat", default=default("FLYERS_DEFAULT_LAT", MADRID.lat), help="FLYERS_DEFAULT_LAT")
    parser.add_argument("--lng", default=default("FLYERS_DEFAULT_LNG", MADRID.lng), help="FLYERS_DEFAULT_LNG")
    return parser


def _started(
    options: argparse.Namespace, environ: Mapping[str, str], running: ExitStack
) -> Iterator[MockUpstream]:
    """Start the services that are asked for, one after the other; ``running`` stops them."""
    names = [name for name in SERVICES if name in options.services]
    first = _port(options.port, MAX_PORT - len(names) + 1)
    services = _services(options, environ)
    for number, name in enumerate(names):
        service, port = services[name], first and first + number
        public_url = _counted_on(options.public_url, number)
        knobs = knobs_from(environ, service.knobs)
        try:
            started = listen(service, host=options.host, port=port, public_url=public_url, knobs=knobs)
        except OSError as reason:
            raise BadSettingError(
                f"can't listen on {options.host}:{port} ({reason.strerror}); "
                "stop what is there, or choose another with MOCK_HOST, MOCK_PORT, --host or --port"
            ) from None
        yield running.enter_context(started)


def _services(options: argparse.Namespace, environ: Mapping[str, str]) -> dict[str, Service]:
    # The sample is spread in kilometres, and a degree of longitude has none left at a pole.
    lat = _number("FLYERS_DEFAULT_LAT", options.lat, -85, 85)
    lng = _number("FLYERS_DEFAULT_LNG", options.lng, -180, 180)
    key = environ.get("FLYERS_API_TOKEN", "").strip() or DEFAULT_KEY
    token = environ.get("TMDB_API_TOKEN", "").strip() or DEFAULT_TMDB_TOKEN
    return {
        "flyers": FlyerService(key=key, centre=Position(lat, lng), clock=utc_now),
        "tmdb": TmdbService(key=token, clock=utc_now),
    }


def _counted_on(url: str, number: int) -> str:
    """Return the address of the service so many ports on; one without a port is the same for all."""
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:
        raise BadSettingError(f"MOCK_PUBLIC_URL must be an address, not {url!r}") from None
    if port is None:
        return url
    return address._replace(netloc=f"{address.netloc.rpartition(':')[0]}:{port + number}").geturl()


def _port(text: str, most: int) -> int:
    number = _number("MOCK_PORT", text, 0, most)
    if not number.is_integer():
        raise BadSettingError(f"MOCK_PORT must be a whole number, not {text!r}")
    return int(number)


def _number(name: str, text: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise BadSettingError(f"{name} must be a number from {least} to {most}, not {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
