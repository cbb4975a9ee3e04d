"""config: every setting is named in `.env.example`, and nothing else is."""

import re

from tests.deploy.files import pairs, text

READERS = "read|number|integer|choice|http_url|secret|rate|optional"


def test_the_example_names_every_setting_and_no_other():
    read = set(re.findall(rf'\b(?:{READERS})\(\s*"([A-Z_]+)"', text("config/settings.py")))

    assert read == set(pairs(".env.example"))
