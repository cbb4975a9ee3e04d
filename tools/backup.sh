#!/bin/sh
# tools: copies the database into one new file while the service goes on; knows no table.
#
#   DATABASE_URL=... sh tools/backup.sh FILE
#
# Everything is in the file, so only its owner may read it. A file that is there already is never written over.
set -eu
umask 077

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

[ $# -eq 1 ] || die "Say where the backup goes: sh tools/backup.sh FILE"
case ${DATABASE_URL:-} in
sqlite:///?*) ;;
postgres://* | postgresql://*)
    command -v pg_dump >/dev/null || die "pg_dump is not installed (on Debian and Ubuntu: apt-get install postgresql-client)."
    ;;
*) die "DATABASE_URL must be an address such as sqlite:///db.sqlite3 or postgres://user@host:5432/name." ;;
esac
[ ! -e "$1" ] || die "$1 is there already; a backup is never written over."
(set -C && : >"$1") 2>/dev/null || die "$1 can't be written."

trap 'rm -f "$1"' EXIT # until it is whole
trap 'exit 130' HUP INT TERM
case $DATABASE_URL in
sqlite:*)
    python3 - "$1" "$(dirname "$0")/.." <<'PYTHON' || die "Nothing was backed up."
import os, pathlib, sqlite3, sys

copy, project = sys.argv[1:]
path = pathlib.Path(project, os.environ["DATABASE_URL"].removeprefix("sqlite:///").partition("?")[0]).resolve()
try:
    database, backup = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True), sqlite3.connect(copy)
    database.backup(backup)  # one moment of it, whatever is written meanwhile
    backup.execute("PRAGMA journal_mode=DELETE")  # one file, and none beside it
    backup.close()
except sqlite3.Error as error:
    sys.exit(f"{path}: {error}.")
PYTHON
    ;;
*)
    python3 - "$1" <<'PYTHON' || die "Nothing was backed up."
import os, sys
from urllib.parse import unquote, urlsplit

url = urlsplit(os.environ["DATABASE_URL"])
if url.password is not None:  # not among the arguments, which everybody on the host can read
    os.environ["PGPASSWORD"] = unquote(url.password)
    url = url._replace(netloc=f"{url.username}@{url.netloc.rpartition('@')[2]}")
os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
options = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=20s", f"--file={sys.argv[1]}"]
os.execvp("pg_dump", ["pg_dump", *options, f"--dbname={url.geturl()}"])
PYTHON
    ;;
esac
trap - EXIT
