"""Callers of the bundled services, over their sockets."""

from typing import Any

import requests

from mock_upstream.server import DEFAULT_KEY

HERE = {"lat": "40.4168", "lng": "-3.7038"}


class Caller:
    """A caller with the key and a connection that is reused."""

    def __init__(self, url: str, key: str | None = DEFAULT_KEY) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        if key is not None:
            self.session.headers["Authorization"] = f"Bearer {key}"

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


class Asker(Caller):
    """A caller of the stand-in for TMDb."""

    def get(self, path: str, **params: object) -> requests.Response:
        return self.request(f"/3/{path}", params=params)

    def ids(self, path: str, **params: object) -> list[int]:
        return [item["id"] for item in self.get(path, **params).json()["results"]]

    def every(self, path: str, **params: object) -> list[dict[str, Any]]:
        """Return every item of a list, page by page, until one is empty."""
        rows: list[dict[str, Any]] = []
        for page in range(1, 501):
            items = self.get(path, page=page, **params).json()["results"]
            if not items:
                break
            rows += items
        return rows


class Customer(Caller):
    """A caller of the stand-in for FakeStore, without a key."""

    def __init__(self, url: str) -> None:
        super().__init__(url, key=None)

    def get(self, path: str = "", **params: object) -> requests.Response:
        return self.request(f"/products{path}", params=params)

    def ids(self, path: str = "", **params: object) -> list[int]:
        return [product["id"] for product in self.get(path, **params).json()]

    def write(self, method: str, path: str = "", **fields: object) -> requests.Response:
        return self.request(f"/products{path}", method, json=fields)
