"""A caller of the bundled flyer service, over its socket."""

from typing import Any

import requests

from mock_upstream.server import DEFAULT_KEY

HERE = {"lat": "40.4168", "lng": "-3.7038"}


class Caller:
    """A caller with the key and a connection that is reused."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {DEFAULT_KEY}"

    def request(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=5, allow_redirects=False, **options)

    def get(self, path: str, **params: object) -> requests.Response:
        return self.request(f"/api/v1/{path}", params=params)

    def feed(self, **params: object) -> requests.Response:
        return self.get("flyers/feed/", **HERE, **params)

    def whole_feed(self, **params: object) -> list[dict[str, Any]]:
        """Return every flyer that matches, page by page."""
        first = self.feed(page_size=50, **params).json()
        pages = range(2, (first["count"] + 49) // 50 + 1)
        others = [self.feed(page_size=50, page=page, **params).json()["results"] for page in pages]
        return sum(others, first["results"])
