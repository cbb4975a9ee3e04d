"""`make check-secret`: what is wrong with the secrets of a production environment file, in one sentence and without a value.

It needs nothing but Python: the machine that runs the containers has no .venv.
"""

import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

NEEDED = ("SECRET_KEY", "JWT_SIGNING_KEY")
# Of others, who decide on their length; empty where there is none.
KEYS = ("FLYERS_API_TOKEN", "TMDB_API_TOKEN", "STORE_API_TOKEN", "METRICS_TOKEN")
# With a password in them.
ADDRESSES = ("DATABASE_URL", "EMAIL_URL")
MIN_LENGTH = 32
# Of the others that this deployment chooses itself.
MIN_LENGTH_OF_OTHERS = 16
# A random secret of 32 hexadecimal digits has about 14 different ones, and never fewer than this.
MIN_DIFFERENT = 8
_HOW = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))" makes one'
# What examples, compose.override.yaml, Django and people write in the place of a secret.
PLACEHOLDER = re.compile(
    r"^dev-|generate-me|made.up|change.?me|change.?this|placeholder|insecure|not-a-|password|secret|example|^<|^\$\{",
    re.IGNORECASE,
)


class BadSecretError(Exception):
    """What is wrong, and what to do; never with a value."""


def check(file: Path) -> None:
    """Return if the secrets are fit for production; otherwise ``BadSecretError`` with the first thing that is wrong."""
    text = _owners_text(file)
    _refuse_blanks(text)
    values = dict(pairs(text))
    for name in NEEDED:
        if not values.get(name):
            raise BadSecretError(f"has no {name}: {_HOW}")
    previous = [key.strip() for key in values.get("JWT_PREVIOUS_KEYS", "").split(",") if key.strip()]
    for name, secret in [
        *((name, values[name]) for name in NEEDED),
        *(("JWT_PREVIOUS_KEYS", key) for key in previous),
    ]:
        _refuse_placeholder(name, secret)
        _refuse_guessable(name, secret)
    if values["SECRET_KEY"] in {values["JWT_SIGNING_KEY"], *previous}:
        raise BadSecretError(
            "has one value for SECRET_KEY and for JWT: whoever learns one must not hold both"
        )
    for name in KEYS:
        _refuse_placeholder(name, values.get(name, ""))
    if values.get("METRICS_TOKEN"):
        _refuse_short("METRICS_TOKEN", values["METRICS_TOKEN"], MIN_LENGTH_OF_OTHERS)
    user, password = _sign_in("DATABASE_URL", values)
    if not password:
        raise BadSecretError("has a DATABASE_URL without a password")
    for name in ADDRESSES:
        _refuse_placeholder(f"the password in {name}", _sign_in(name, values)[1])
    if password.lower() == user.lower():
        raise BadSecretError(f"has the user's name as the password in DATABASE_URL: {_HOW}")
    _refuse_short("password in DATABASE_URL", password, MIN_LENGTH_OF_OTHERS)


def _owners_text(file: Path) -> str:
    try:
        mode, text = file.stat().st_mode, file.read_text()
    except FileNotFoundError:
        raise BadSecretError(f"is not there: copy {file}.example, and fill it in") from None
    except (OSError, UnicodeError) as error:
        raise BadSecretError(f"can't be read ({type(error).__name__})") from None
    if stat.S_IMODE(mode) & 0o077:
        raise BadSecretError("is open to others than its owner: chmod 600 it")
    return text


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of an environment file as Compose reads it: with or without quotes, and with comments."""
    for line in text.splitlines():
        name, _, value = line.strip().removeprefix("export ").partition("=")
        if name.startswith("#"):
            continue
        value = value.strip()
        if value[:1] in {"'", '"'}:
            value = value[1:].partition(value[0])[0]
        else:
            value = re.split(r"(?:^|\s)#", value)[0].rstrip()
        yield name.strip(), value


def _refuse_blanks(text: str) -> None:
    """Refuse blanks around a ``=``, which not everybody who reads such a file takes for nothing."""
    for number, line in enumerate(text.splitlines(), start=1):
        name, sign, value = line.partition("=")
        is_value_apart = value[:1].isspace() and value.strip()[:1] not in {"", "#"}
        if sign and not name.lstrip().startswith("#") and (name[-1:].isspace() or is_value_apart):
            raise BadSecretError(f"has blanks around the = in line {number}: take them out")


def _sign_in(name: str, values: dict[str, str]) -> tuple[str, str]:
    """Return the user and the password in an address."""
    try:
        address = urlsplit(values.get(name, ""))
        return unquote(address.username or ""), unquote(address.password or "")
    except ValueError:
        raise BadSecretError(f"has a {name} that is no address") from None


def _refuse_placeholder(name: str, value: str) -> None:
    if PLACEHOLDER.search(value):
        raise BadSecretError(f"has a placeholder, or what anybody would guess first, as {name}: {_HOW}")


def _refuse_short(name: str, secret: str, least: int) -> None:
    if len(secret) < least:
        raise BadSecretError(f"has a {name} of fewer than {least} characters: {_HOW}")


def _refuse_guessable(name: str, secret: str) -> None:
    _refuse_short(name, secret, MIN_LENGTH)
    if len(set(secret)) < MIN_DIFFERENT:
        raise BadSecretError(f"has a {name} of few different characters, which is not random: {_HOW}")
    if any(secret[size:] == secret[:-size] for size in range(1, len(secret) // 2 + 1)):
        raise BadSecretError(f"has a {name} that repeats itself, which is not random: {_HOW}")


def main(file: Path) -> int:
    """Check a file; return the exit code."""
    try:
        check(file)
    except BadSecretError as wrong:
        print(f"{file} {wrong}.", file=sys.stderr)
        return 1
    print(f"{file} has real secrets, and is for its owner alone.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
