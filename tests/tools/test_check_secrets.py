"""`make check-secret`: a production environment file with placeholders is told from one with secrets."""

import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
CHECK = PROJECT / "tools/check_secrets.py"
SECRET, OTHER, THIRD = (secrets.token_urlsafe(48) for _ in range(3))
GOOD = {
    "SECRET_KEY": SECRET,
    "JWT_SIGNING_KEY": OTHER,
    "DATABASE_URL": f"postgres://flyers:{secrets.token_urlsafe(24)}@db:5432/flyers",
    "FLYERS_API_TOKEN": secrets.token_hex(8),
    "TMDB_API_TOKEN": "",
    "METRICS_TOKEN": "",
    "EMAIL_URL": "",
}


def written(folder: Path, **changes: str) -> Path:
    """Write a file for its owner alone: the good one, changed."""
    file = folder / "production.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in (GOOD | changes).items()))
    file.chmod(0o600)
    return file


def check(file: Path) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it says, and see to it that it tells no secret."""
    ran = subprocess.run([sys.executable, CHECK, file], capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    assert not any(secret in said for secret in (SECRET, OTHER, THIRD, GOOD["FLYERS_API_TOKEN"]))
    return ran.returncode, ran.stdout, ran.stderr


def test_real_secrets_pass(tmp_path):
    file = written(tmp_path)

    assert check(file) == (0, f"{file} has real secrets, and is for its owner alone.\n", "")


def test_a_token_for_metrics_of_16_characters_will_do(tmp_path):
    assert check(written(tmp_path, METRICS_TOKEN=THIRD[:16]))[0] == 0


def test_values_may_have_quotes_comments_and_an_export(tmp_path):
    file = written(tmp_path)
    file.write_text(
        f"# the secrets\n\nexport SECRET_KEY=\"{SECRET}\" # ours\nJWT_SIGNING_KEY='{OTHER}'\n"
        f"DATABASE_URL={GOOD['DATABASE_URL']}   # the stack's own\nTMDB_API_TOKEN= # none yet: an example\n"
    )

    assert check(file)[0] == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": ""}, "has no SECRET_KEY"),
        ({"SECRET_KEY": "# later"}, "has no SECRET_KEY"),
        ({"JWT_SIGNING_KEY": '""'}, "has no JWT_SIGNING_KEY"),
        ({"SECRET_KEY": SECRET[:31]}, "SECRET_KEY of fewer than 32 characters"),
        ({"JWT_SIGNING_KEY": OTHER[:31]}, "JWT_SIGNING_KEY of fewer than 32 characters"),
        ({"SECRET_KEY": "generate-me"}, "placeholder, or what anybody would guess first, as SECRET_KEY"),
        ({"SECRET_KEY": "made-up-for-development-and-for-nothing-else"}, "as SECRET_KEY"),
        ({"JWT_SIGNING_KEY": "also-made-up-for-development-and-nothing-else"}, "as JWT_SIGNING_KEY"),
        ({"SECRET_KEY": f"django-insecure-{SECRET}"}, "as SECRET_KEY"),
        ({"SECRET_KEY": "<a long random text that nobody but you knows>"}, "as SECRET_KEY"),
        ({"SECRET_KEY": "ab" * 20}, "SECRET_KEY of few different characters"),
        ({"SECRET_KEY": "abcdefgh" * 4}, "SECRET_KEY that repeats itself"),
        ({"JWT_SIGNING_KEY": "0123456789" * 3 + "012"}, "JWT_SIGNING_KEY that repeats itself"),
        ({"JWT_SIGNING_KEY": THIRD[:24] * 2}, "JWT_SIGNING_KEY that repeats itself"),
        ({"JWT_SIGNING_KEY": SECRET}, "one value for SECRET_KEY and for JWT"),
        ({"JWT_PREVIOUS_KEYS": f"{THIRD},{SECRET}"}, "one value for SECRET_KEY and for JWT"),
        ({"JWT_PREVIOUS_KEYS": f"{THIRD},{THIRD[:9]}"}, "JWT_PREVIOUS_KEYS of fewer than 32 characters"),
        ({"FLYERS_API_TOKEN": "dev-flyers-key"}, "as FLYERS_API_TOKEN"),
        ({"TMDB_API_TOKEN": "dev-tmdb-token"}, "as TMDB_API_TOKEN"),
        ({"STORE_API_TOKEN": "change-me"}, "as STORE_API_TOKEN"),
        ({"METRICS_TOKEN": "placeholder"}, "as METRICS_TOKEN"),
        ({"METRICS_TOKEN": THIRD[:15]}, "METRICS_TOKEN of fewer than 16 characters"),
        (
            {"DATABASE_URL": "postgres://flyers:flyers@db:5432/flyers"},
            "the user's name as the password in DATABASE_URL",
        ),
        (
            {"DATABASE_URL": "postgres://flyers:Flyer%73@db:5432/flyers"},
            "the user's name as the password in DATABASE_URL",
        ),
        (
            {"DATABASE_URL": f"postgres://flyers:{'x7' * 7}x@db/flyers"},
            "password in DATABASE_URL of fewer than 16 characters",
        ),
        ({"SECRET_KEY": f" {SECRET}"}, "blanks around the = in line 1: take them out"),
        ({"SECRET_KEY ": SECRET}, "blanks around the = in line 8: take them out"),
        ({"SECRET_KEY\t": f"\t'{SECRET}'"}, "blanks around the = in line 8: take them out"),
        ({"DATABASE_URL": ""}, "DATABASE_URL without a password"),
        ({"DATABASE_URL": "postgres://flyers@db:5432/flyers"}, "DATABASE_URL without a password"),
        ({"DATABASE_URL": "postgres://flyers:PASSWORD@db:5432/flyers"}, "the password in DATABASE_URL"),
        ({"DATABASE_URL": "postgres://flyers:x@[db:5432/flyers"}, "DATABASE_URL that is no address"),
        ({"EMAIL_URL": "smtp+tls://user:password@host:587"}, "the password in EMAIL_URL"),
    ],
)
def test_what_is_no_secret_is_one_sentence_that_names_it(tmp_path, changes, words):
    code, out, said = check(written(tmp_path, **changes))

    assert (code, out, said.count("\n")) == (1, "", 1)
    assert words in said


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o610])
def test_a_file_that_others_may_open_is_refused(tmp_path, mode):
    file = written(tmp_path)
    file.chmod(mode)

    assert check(file) == (1, "", f"{file} is open to others than its owner: chmod 600 it.\n")


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    file = tmp_path / "production.env"

    assert check(file) == (1, "", f"{file} is not there: copy {file}.example, and fill it in.\n")


def test_a_file_that_is_no_text_is_one_sentence(tmp_path):
    file = written(tmp_path)
    file.write_bytes(b"SECRET_KEY=\xff\xfe")

    assert check(file) == (1, "", f"{file} can't be read (UnicodeDecodeError).\n")


@pytest.mark.parametrize(
    "name", ["deploy/production.env.example", ".env.example"], ids=["for production", "for development"]
)
def test_a_mere_copy_of_an_example_is_refused(tmp_path, name):
    file = tmp_path / "production.env"
    shutil.copy(PROJECT / name, file)
    file.chmod(0o600)

    assert check(file)[0] == 1


def test_no_secret_of_ours_is_ever_taken_for_a_placeholder(tmp_path):
    for make in (secrets.token_urlsafe, secrets.token_hex):
        for size in (24, 32, 48):
            assert check(written(tmp_path, SECRET_KEY=make(size), JWT_SIGNING_KEY=make(size)))[0] == 0
