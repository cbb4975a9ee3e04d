"""Every command that the documents print does what they say, or stands in a list that says why it is not run."""

import json
import os
import re
import shutil
import subprocess

import pytest
from django.core.management import get_commands, load_command_class

from tests.docs.demo import shown
from tests.docs.documents import DOCUMENTS, ROOT, blocks, prose, quoted_commands, without_comment

# What no test of documents can run, by the whole command, and why.
NOT_RUN = {
    r"make (run|serve|upstream)": "goes on until Ctrl-C; tests/tools/test_run.py runs it",
    r"make (test|test-contract|test-browser|check)": "is what runs this test",
    r"make (bench|client|lock|screenshots)": "takes minutes, or the network, and changes files of the clone",
    r"make storm": "takes minutes; a small storm is in the suite",
    r"make help": "lists the targets; that each is there is tested below",
    r"poetry install|pip-audit": "needs an index on the network",
    r"\.venv/bin/pre-commit install": "changes the clone that the tests run in",
    r"python -m benchmarks\.(alone|growth|memory)( .*)?": "takes minutes",
    r"python examples/spa/serve\.py --port 5173 --api http://localhost:8000": "tests/examples/test_serve.py runs it",
    r"npm test": "tests/contract/test_typescript_client.py runs it, with the addresses that it needs",
    r"tools/(backup|restore)\.sh FILE": "tests/operations/test_backup.py runs it",
    r"sh tools/(install-browser|install-nginx|check-deploy|try-image)\.sh": "installs packages, or builds an image",
    r"docker compose.*|alias dc=.*|dc .*|export TLS_DIRECTORY=.*|make prod-.*": "needs a Docker engine",
    r"make check-secret": "judges a file that is there in production alone; tests/tools/test_check_secrets.py runs it",
    r"kubectl .*": "needs a cluster",
    r"(mkdir -p|cp .*) /etc/nginx/.*|nginx -t .*": "is for a machine's own nginx; tests/deploy/test_live_*.py run the files",
}
# Words of the documents that stand for somebody's own.
MEANT = {"EMAIL": "alice@example.com", "ADDRESS": "alice@example.com", "ID": "17"}
LANGUAGES = {"sh", "console", "js", "ts", "mermaid", "python", "text"}


def is_not_run(command):
    return any(re.fullmatch(pattern, without_comment(command)[0]) for pattern in NOT_RUN)


def each(*languages):
    return pytest.mark.parametrize("block", blocks(*languages), ids=lambda block: block.place)


@pytest.fixture(scope="module")
def shared_demo(tmp_path_factory):
    with shown(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture
def demo(shared_demo):
    yield shared_demo
    shared_demo.recover()


@pytest.fixture
def node():
    if not shutil.which("node"):
        assert not os.environ.get("CI"), "CI needs Node"
        pytest.skip("Node is not there")
    return "node"


def assert_as_commented(command, ran):
    """Compare what a command of ``sh`` did with what the comment after it says."""
    comment = without_comment(command)[1]
    assert ran.code == 0, f"{command}\n{ran.printed}"
    assert '"error": {' not in ran.printed
    status = re.search(r"^HTTP/\S+ (\d+)", ran.printed, re.MULTILINE)
    if status:
        assert status[1] == (re.findall(r"\b[2-5]\d\d\b", comment) or ["200"])[0], f"{command}\n{ran.printed}"
    outcome = re.search(r"^x-cache: (\w+)", ran.printed, re.MULTILINE | re.IGNORECASE)
    if outcome:
        assert outcome[1] in re.findall(r"[A-Z]{3,}", comment), f"{command}\n{ran.printed}"


def shape(value):
    """Return what a JSON value is made of: names and kinds, of lists that of the first."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return "number" if type(value) in {int, float} else type(value).__name__


def assert_looks_like(printed, expected):
    """Compare JSON by its shape, and lines of a head by their names, a status and an outcome by their words."""
    if expected.startswith("{"):
        assert shape(json.loads(printed)) == shape(json.loads(expected))
        return
    for line, pattern in zip(printed.splitlines(), expected.splitlines(), strict=True):
        if pattern.startswith(("HTTP/", "x-cache:")):
            assert line == pattern
        else:
            assert line.partition(":")[0] == pattern.partition(":")[0]


@each()
def test_every_block_names_its_language(block):
    assert block.language in LANGUAGES


def test_code_stands_nowhere_but_in_such_blocks():
    for path in DOCUMENTS:
        assert "```" not in prose(path)
        assert not re.search(r"\n\n(    |\t)", prose(path)), f"{path.name}: an indented block"


@each("python")
def test_python_in_a_document_is_that_of_the_catalog_that_tests_run(block):
    sources = [(ROOT / f"tests/proxy/{name}.py").read_text() for name in ("books", "records")]
    assert any(block.text in source for source in sources)


@each("sh")
def test_a_block_of_commands_does_what_it_says(block, demo):
    commands = [command for command in block.commands if not is_not_run(command)]

    ran = demo.run_shell(commands)

    assert len(ran) == len(commands)
    for command, outcome in zip(commands, ran, strict=True):
        assert_as_commented(command, outcome)


@each("console")
def test_a_dialogue_prints_what_it_shows(block, demo):
    dialogue = block.dialogue

    ran = demo.run_shell([command for command, _ in dialogue])

    assert [outcome.code for outcome in ran] == [0] * len(dialogue)
    for outcome, (_, printed) in zip(ran, dialogue, strict=True):
        assert_looks_like(outcome.printed, printed)


@pytest.mark.parametrize("command", quoted_commands())
def test_a_command_within_a_sentence_can_be_given(command, request):
    if command.startswith("curl "):
        [ran] = request.getfixturevalue("demo").run_shell([command])
        assert_as_commented(command, ran)
    elif command.startswith("manage.py "):
        name, *words = command.split()[1:]
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        parser.parse_args([MEANT.get(word, word) for word in words])
    else:
        assert is_not_run(command)


def test_every_target_and_script_that_is_named_is_there():
    named = [*quoted_commands(), *(command for block in blocks("sh") for command in block.commands)]
    targets = {match[1] for match in map(re.compile(r"make ([\w-]+)").match, named) if match}
    scripts = {match[1] for match in map(re.compile(r"(?:sh )?(tools/\S+\.sh)").match, named) if match}
    there = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert targets <= set(there)
    for script in scripts:
        subprocess.run(["sh", "-n", ROOT / script], check=True)


def test_every_reason_not_to_run_a_command_is_for_one_that_is_printed():
    printed = [*quoted_commands(), *(command for block in blocks("sh") for command in block.commands)]
    commands = [without_comment(command)[0] for command in printed]

    for pattern in NOT_RUN:
        assert any(re.fullmatch(pattern, command) for command in commands), pattern


def test_the_script_of_the_readme_prints_the_flyers_of_whoever_signs_in(demo, node):
    [block] = [block for block in blocks("js") if block.place.startswith("README.md:")]
    (demo.folder / "readme.mjs").write_text(demo.here(block.text))

    ran = demo.run_program(node, "readme.mjs")

    assert ran.code == 0, ran.printed
    assert len(re.findall(r"\[ .*, (?:true|false) \]", ran.printed)) == 20


def test_what_there_is_to_paste_into_an_app_stays_signed_in(demo, node):
    [block] = [block for block in blocks("js") if block.place.startswith("docs/authentication.md:")]
    (demo.folder / "pasted.mjs").write_text(demo.here(block.text))
    shutil.copy(ROOT / "tests/docs/app.mjs", demo.folder)

    ran = demo.run_program(node, "app.mjs")

    assert ran.code == 0, ran.printed
    assert json.loads(ran.printed) == {
        "before": False,
        "signed in as": "alice@example.com",
        "me": 200,
        "after a reload": True,
        "me again": 200,
        "signed out": 401,
        "after that": False,
        "wrong password": "INVALID_CREDENTIALS",
    }
