"""The data files of the bundled services: words and colours, to be read and edited by hand."""

import tomllib
from pathlib import Path
from typing import Any


def read_data(path: str) -> dict[str, Any]:
    """Return what a TOML file of this package holds, such as ``flyers/words/food``."""
    return tomllib.loads((Path(__file__).parent / f"{path}.toml").read_text("utf-8"))
