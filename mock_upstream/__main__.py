"""The command ``python -m mock_upstream``; only this module reads the environment."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from mock_upstream.added import BadKnobError
from mock_upstream.control import ROOT
from mock_upstream.knobs import knobs_from
from mock_upstream.places import MADRID, Position
from mock_upstream.server import DEFAULT_KEY, MockUpstream, start

MAX_PORT = 65_535
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
        with _started(_parser(environ).parse_args(arguments), environ) as service:
            print(f"Mocked flyer service on {service.url} (knobs: {service.url}{ROOT})", flush=True)
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
        description="A flyer service with sample data, for demos and tests. Its key is FLYERS_API_TOKEN.",
    )
    parser.add_argument("--host", default=default("MOCK_HOST", "127.0.0.1"), help="MOCK_HOST, %(default)s")
    parser.add_argument(
        "--port", default=default("MOCK_PORT", 9000), help="MOCK_PORT, %(default)s; 0: a free one"
    )
    parser.add_argument(
        "--public-url", default=default("MOCK_PUBLIC_URL", ""), help="MOCK_PUBLIC_URL, where browsers find it"
    )
    parser.add_argument("--lat", default=default("FLYERS_DEFAULT_LAT", MADRID.lat), help="FLYERS_DEFAULT_LAT")
    parser.add_argument("--lng", default=default("FLYERS_DEFAULT_LNG", MADRID.lng), help="FLYERS_DEFAULT_LNG")
    return parser


def _started(options: argparse.Namespace, environ: Mapping[str, str]) -> MockUpstream:
    port = _port(options.port)
    # The sample is spread in kilometres, and a degree of longitude has none left at a pole.
    lat = _number("FLYERS_DEFAULT_LAT", options.lat, -85, 85)
    lng = _number("FLYERS_DEFAULT_LNG", options.lng, -180, 180)
    try:
        return start(
            host=options.host,
            port=port,
            key=environ.get("FLYERS_API_TOKEN", "").strip() or DEFAULT_KEY,
            public_url=options.public_url,
            centre=Position(lat, lng),
            knobs=knobs_from(environ),
        )
    except OSError as reason:
        raise BadSettingError(
            f"can't listen on {options.host}:{port} ({reason.strerror}); "
            "stop what is there, or choose another with MOCK_HOST, MOCK_PORT, --host or --port"
        ) from None


def _port(text: str) -> int:
    number = _number("MOCK_PORT", text, 0, MAX_PORT)
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
