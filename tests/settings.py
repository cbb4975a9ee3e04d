"""The service's own settings, read from `.env.example`, so that the machine's `.env` makes no difference."""

import os
from pathlib import Path

for _line in (Path(__file__).parent.parent / ".env.example").read_text().splitlines():
    if _line and not _line.startswith("#"):
        _name, _, _value = _line.partition("=")
        os.environ[_name] = _value

os.environ |= {
    "DEBUG": "False",
    "SECRET_KEY": "a-secret-of-the-tests-which-is-long-enough",
    "JWT_SIGNING_KEY": "another-secret-of-the-tests-also-long-enough",
    "FLYERS_API_TOKEN": "the-upstream-key-of-the-tests",
    "FLYERS_API_URL": "http://upstream.test",
    "FLYERS_API_OFFERS": os.environ.get("TEST_FLYERS_OFFERS") or "all",
    "TMDB_API_TOKEN": "the-tmdb-token-of-the-tests",
    "TMDB_API_URL": "http://tmdb.test",
    "TMDB_IMAGE_URL": "http://pictures.test/t/p",
    "STORE_API_URL": "http://store.test",
    "PUBLIC_URL": "https://flyers.test",
    "ALLOWED_HOSTS": "testserver,flyers.test,localhost,127.0.0.1",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or "sqlite:///test.sqlite3",
    "CACHE_URL": os.environ.get("TEST_CACHE_URL", ""),
    "LOG_LEVEL": "ERROR",
}

from config.environment import BASE_DIR  # noqa: E402
from config.settings import *  # noqa: E402, F403 - the environment had to be there first

# Most tests sign somebody in; the true cost of a password is tested by name (tests/accounts/test_passwords.py).
PASSWORD_HASHERS = ["tests.quick_hasher.QuickArgon2"]

REST_FRAMEWORK["TEST_REQUEST_DEFAULT_FORMAT"] = "json"  # noqa: F405 - what the service speaks

# A file, as in production: an SQLite database in memory knows no waiting for a lock, and races would differ.
if DATABASES["default"]["ENGINE"] == "config.sqlite":  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "tests.sqlite3")}  # noqa: F405

# On a busy machine a tenth of a second is no outage of Redis; tests of an outage say so themselves.
if CACHE_URL:  # noqa: F405
    CACHES["default"]["OPTIONS"] |= {"socket_timeout": 5, "socket_connect_timeout": 5}  # noqa: F405

# Each test client is a process anew to WhiteNoise, which would look through all static files a thousand times.
WHITENOISE_AUTOREFRESH = True
