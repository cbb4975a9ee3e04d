#!/bin/sh
# tools: puts back what tools/backup.sh copied, all of it or nothing; knows no table.
#
#   DATABASE_URL=... sh tools/restore.sh FILE
#
# What the database holds now is replaced: back that up first. Then run manage.py migrate, for the backup may be of an older version.
set -eu
umask 077

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

[ $# -eq 1 ] || die "Say which backup to put back: sh tools/restore.sh FILE"
case ${DATABASE_URL:-} in
sqlite:///?*) ;;
postgres://* | postgresql://*)
    command -v pg_restore >/dev/null || die "pg_restore is not installed (on Debian and Ubuntu: apt-get install postgresql-client)."
    ;;
*) die "DATABASE_URL must be an address such as sqlite:///db.sqlite3 or postgres://user@host:5432/name." ;;
esac
[ -f "$1" ] || die "$1 is not a file."

case $DATABASE_URL in
sqlite:*)
    python3 - "$1" "$(dirname "$0")/.." <<'PYTHON' || die "Nothing was restored."
import os, pathlib, sqlite3, sys, time

copy, project = sys.argv[1:]
path = pathlib.Path(project, os.environ["DATABASE_URL"].removeprefix("sqlite:///").partition("?")[0]).resolve()
end = time.monotonic() + 20


def patience(status, *_):
    if status in (5, 6) and time.monotonic() > end:  # SQLITE_BUSY, SQLITE_LOCKED
        raise sqlite3.OperationalError("it is in use; stop the service first")


try:
    backup = sqlite3.connect(f"{pathlib.Path(copy).resolve().as_uri()}?mode=ro", uri=True)
    backup.execute("SELECT 1 FROM django_migrations").fetchone()
    if backup.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("it is damaged")
except sqlite3.Error as error:
    sys.exit(f"{copy} is no backup of this service: {error}.")
try:
    backup.backup(sqlite3.connect(path), progress=patience)
except sqlite3.Error as error:
    sys.exit(f"{path}: {error}.")
PYTHON
    ;;
*)
    python3 - "$1" <<'PYTHON' || die "Nothing was restored."
import os, sys
from urllib.parse import unquote, urlsplit

url = urlsplit(os.environ["DATABASE_URL"])
if url.password is not None:  # not among the arguments, which everybody on the host can read
    os.environ["PGPASSWORD"] = unquote(url.password)
    url = url._replace(netloc=f"{url.username}@{url.netloc.rpartition('@')[2]}")
os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
options = ["--clean", "--if-exists", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
os.execvp("pg_restore", ["pg_restore", *options, f"--dbname={url.geturl()}", sys.argv[1]])
PYTHON
    ;;
esac
