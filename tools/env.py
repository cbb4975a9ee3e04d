"""Writes .env from .env.example, once, with fresh secrets.

A value that is exactly ``generate-me`` becomes a secret of 64 URL-safe characters. An existing .env is never touched.
"""

import os
import re
import secrets
import sys
from pathlib import Path


def with_fresh_secrets(example: str) -> str:
    """Return the text of an example with every ``generate-me`` replaced, each by a secret of its own."""
    return re.sub(r"(?m)^(\w+=)generate-me$", lambda line: line[1] + secrets.token_urlsafe(48), example)


def main(example: Path, target: Path) -> None:
    """Write ``target``, readable by its owner only, unless it is there."""
    text = with_fresh_secrets(example.read_text())
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    print(f"Made {target} from {example}, with secrets of its own.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
