"""A server for the single-page app, on an origin of its own.

``python examples/spa/serve.py --port 5173 --api http://localhost:8000``
"""

import argparse
import sys
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
IDLE_SECONDS = 30


def security_policy(api: str) -> str:
    """Return the page's Content-Security-Policy: scripts from here only, calls to the API only, no markup from data."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:; "
        f"connect-src {api}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def files(api: str) -> dict[str, tuple[str, bytes]]:
    """Return what may be asked for: path → type and content. Nothing else exists, so no path can lead outside."""
    found = {
        f"/{path.relative_to(HERE).as_posix()}": (TYPES[path.suffix], path.read_bytes())
        for path in HERE.rglob("*")
        if path.suffix in TYPES
    }
    found["/config.js"] = (TYPES[".js"], f'export const API = "{api}";\n'.encode())
    return {**found, "/": found["/index.html"]}


class Page(BaseHTTPRequestHandler):
    """Answers GET and HEAD with a file of the app."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    api: str

    def do_GET(self) -> None:
        found = files(self.api).get(urlsplit(self.path).path)
        kind, body = found or ("text/plain; charset=utf-8", b"There is no such file.\n")
        self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Security-Policy", security_policy(self.api))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - http.server names it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it
        """Say nothing: the browser's own tools show what it fetched."""


def origin(text: str) -> str:
    """Return an http(s) origin; ``ValueError`` for anything else, which must not reach the policy or a script."""
    parts = urlsplit(text)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host.replace("-", "").replace(".", "").isalnum():
        raise ValueError(text)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def main() -> int:
    """Serve until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(description="Serves the example app.")
    parser.add_argument("--port", type=int, default=5173)
    parser.add_argument("--api", type=origin, default="http://localhost:8000", help="the API's origin")
    given = parser.parse_args()
    handler = type("AppPage", (Page,), {"api": given.api})
    try:
        server = ThreadingHTTPServer(("127.0.0.1", given.port), handler)
    except OSError as error:
        print(f"Port {given.port} can't be used: {error}", file=sys.stderr)
        return 1
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
