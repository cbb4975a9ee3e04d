"""Readers of the documents' blocks of code and commands."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "deploy/*.md", "examples/*/README.md")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"  # it names what was, too
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(
    r"`((?:(?:curl|make|python3?|sh|docker|kubectl|nginx|psql|redis-cli|node|npm|npx|pip|poetry|git|apt-get|manage\.py)\s"
    r"|pip-audit|tools/|\.venv/)[^`\n]*)`"
)
_PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """A block of code, and where it stands: ``README.md:12``."""

    place: str
    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """The commands of a block of ``sh``."""
        return _whole_commands(self.text)

    @property
    def dialogue(self) -> list[tuple[str, str]]:
        """The commands of a ``console`` block, each with what it prints."""
        turns = [turn.partition("\n") for turn in ("\n" + self.text).split("\n" + _PROMPT)[1:]]
        return [(command, printed) for command, _, printed in turns]


def blocks(*languages: str) -> list[Block]:
    """Return the blocks in these languages; without any, all that there are."""
    found = [block for path in DOCUMENTS for block in _blocks(path)]
    return [block for block in found if not languages or block.language in languages]


def _blocks(path: Path) -> Iterator[Block]:
    text = path.read_text()
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(f"{path.relative_to(ROOT)}:{line}", match[1], match[2])


def prose(path: Path) -> str:
    """Return a document without its blocks."""
    return _FENCE.sub("", path.read_text())


def quoted_commands() -> list[str]:
    """Return the commands that stand within the sentences of the documents, each once and in their order."""
    return list(dict.fromkeys(command for path in DOCUMENTS for command in _QUOTED.findall(prose(path))))


def without_comment(command: str) -> tuple[str, str]:
    """Return a command, and what the comment after it says."""
    before, _, comment = command.partition("  # ") if "  # " in command else (command, "", "")
    return before.rstrip(), comment


def _whole_commands(script: str) -> list[str]:
    """Split a script where the shell would: a command ends with the first line that makes it whole."""
    commands, lines = [], []
    for line in script.splitlines():
        lines.append(line)
        if not line.rstrip().endswith(("\\", "|")) and _is_whole("\n".join(lines)):
            commands.append("\n".join(lines).strip())
            lines = []
    assert not lines, f"no end of: {lines}"
    return [command for command in commands if command and not command.startswith("#")]


def _is_whole(script: str) -> bool:
    return (
        subprocess.run(["sh", "-n"], input=script.encode(), stderr=subprocess.DEVNULL, check=False).returncode
        == 0
    )
