"""How large the bundled services may be."""

from tests.docs.documents import ROOT


def test_the_bundled_services_have_less_than_three_thousand_lines_together():
    files = (ROOT / "mock_upstream").rglob("*.py")

    assert sum(len(file.read_text().splitlines()) for file in files) < 3_000
