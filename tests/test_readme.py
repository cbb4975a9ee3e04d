"""The settings in the README and the links between documents."""

import re

import pytest

from tests.docs.documents import DOCUMENTS, ROOT

README = (ROOT / "README.md").read_text()


def settings_in(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text, re.MULTILINE))


def test_the_table_of_settings_names_those_of_the_example():
    section = README.partition("## Settings")[2].partition("\n## ")[0]
    named = {
        name for row in settings_in(section, r"^\| (`[A-Z].*?`) \|") for name in re.findall(r"[A-Z_]+", row)
    }

    assert named == settings_in((ROOT / ".env.example").read_text(), r"^([A-Z_]+)=")


@pytest.mark.parametrize(
    "document", [ROOT / "CHANGELOG.md", *DOCUMENTS], ids=lambda path: str(path.relative_to(ROOT))
)
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_a_document_names_are_there(document):
    rooms = "accounts|carts|clients|config|favorites|flyers_proxy|mock_upstream|movies_proxy|products_proxy|proxy|reservations|tests|tools"

    for file in settings_in(document.read_text(), rf"`((?:{rooms})/[\w/]+\.py)[`:]"):
        assert (ROOT / file).exists(), f"{document.name} names {file}"


def test_the_index_leads_to_every_document():
    index = (ROOT / "docs/README.md").read_text()
    documents = {path.name for path in (ROOT / "docs").iterdir() if path.is_file()} - {"README.md"}

    linked = settings_in(index, r"\]\(([^)/]+)\)")

    assert documents <= linked
