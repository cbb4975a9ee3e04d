#!/bin/sh
# tools: makes .venv hold exactly what poetry.lock says, from a bare clone; knows nothing of the code.
#
#   sh tools/setup.sh         set up, or see at once that it is done
#   sh tools/setup.sh lock    renew poetry.lock
#
# EXTRAS="otel sentry" in the environment adds what the service can do without (see pyproject.toml).
#
# An environment's stamp is written last: what was interrupted, moved or made for another lock is made anew.
set -eu
cd "$(dirname "$0")/.."

poetry_pins='poetry==2.5.1 poetry-plugin-export==1.10.1 poetry-plugin-pypi-mirror==0.6.5'
log=.run/setup.log

# What this terminal was set up for before is not what the project runs in.
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX
export PIP_USER=0 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# Poetry's own home may be another Poetry's, or not writable.
export POETRY_CACHE_DIR="$PWD/.poetry/cache" POETRY_CONFIG_DIR="$PWD/.poetry/config"
export PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring

check_disk='Is there room on the disk?'
check_index='Is the package index that pip is set to use in reach?'
check_lock="'make lock' renews poetry.lock."

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Runs a command whose words go to the log. If it fails, the person at the terminal gets its last ones, and advice ($1).
quietly() {
    advice=$1
    shift
    "$@" >>"$log" 2>&1 && return
    reason=$(grep -iE '^ *error' "$log" | tail -n 1)
    die "Set-up stopped: ${reason:-$(grep . "$log" | tail -n 1)} $advice (The whole story: $log)"
}

# Sets $python to the first interpreter that really runs (a shim may only say where to look), is new enough and has venv.
find_python() {
    lacking=
    for python in python3.13 python3.12 python3.11 python3 python; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
        lacking=$python
    done
    [ -z "$lacking" ] || die "$lacking can't make virtual environments: install its venv module" \
        "(on Debian and Ubuntu: apt-get install $lacking-venv)."
    die "Python 3.11 or newer is needed, and no python3.13, python3.12, python3.11 or python3 here is one: install it."
}

# Prints what environment $1 is made of: its Python, its place, and the list of contents on standard input.
made_of() {
    cksum
    "$1/bin/python" -c 'import os, sys; print(*sys.version_info[:3], os.path.realpath(sys.prefix))'
}

# Prints what .venv is to hold: poetry.lock alone decides, since it holds a hash of what pyproject.toml asks for.
wanted() {
    cat poetry.lock
    [ -z "${EXTRAS-}" ] || echo "$EXTRAS"
}

poetry_is_ready() {
    [ "$(echo "$poetry_pins" | made_of .poetry 2>&1)" = "$(cat .poetry/stamp 2>&1)" ]
}

venv_is_ready() {
    [ "$(wanted | made_of .venv 2>&1)" = "$(cat .venv/stamp 2>&1)" ]
}

# Makes $1 an empty environment. A link leads to somebody else's: it is replaced, and what it leads to is left alone.
make_empty() {
    [ ! -L "$1" ] || rm "$1"
    quietly "$check_disk" "$python" -m venv --clear "$1"
}

make_poetry() {
    poetry_is_ready && return
    echo "Installing Poetry in .poetry ..."
    make_empty .poetry
    # shellcheck disable=SC2086  # One word a pin.
    quietly "$check_index" .poetry/bin/python -m pip install $poetry_pins
    echo "$poetry_pins" | made_of .poetry >.poetry/stamp
}

make_venv() {
    venv_is_ready && return
    echo "Setting up with $("$python" -V), once; it takes a minute or two."
    make_poetry
    echo "Installing what poetry.lock says in .venv ..."
    make_empty .venv
    quietly "$check_lock" .poetry/bin/python -m poetry export --without-urls --with dev --extras "${EXTRAS-}" \
        --output .venv/requirements.txt
    # The lock is whole. Older pips that look for dependencies all the same meet an extra (coverage[toml]), take its newest
    # release instead of the one that is pinned, and stop as nobody gave its hash.
    quietly "$check_index" .venv/bin/python -m pip install --no-deps --require-hashes --requirement .venv/requirements.txt
    wanted | made_of .venv >.venv/stamp
}

# The index is whichever pip itself is set to use, so neither pyproject.toml nor the lock names one.
renew_lock() {
    POETRY_PYPI_MIRROR_URL=$(.poetry/bin/python -c 'from pip._internal.commands import create_command
print(create_command("install").parser.get_default_values().index_url)')
    export POETRY_PYPI_MIRROR_URL
    echo "Renewing poetry.lock ..."
    quietly "$check_index" .poetry/bin/python -m poetry lock
}

goal=${1:-venv}
[ "$goal" = venv ] && venv_is_ready && exit

find_python
mkdir -p .run 2>/dev/null || true
[ -w .run ] || die "Set-up has to write in $PWD, and may not: make it yours, or clone anew."
# One set-up at a time in a clone; the lock ends with this shell and what it started, however they end.
exec 9>.run/setup.lock
"$python" -c 'import fcntl
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Waiting for another set-up of this clone ...")
    fcntl.flock(9, fcntl.LOCK_EX)'
: >"$log"

case $goal in
    venv) make_venv ;;
    lock) make_poetry; renew_lock ;;
    *) die "There is no set-up of $goal: it is 'sh tools/setup.sh' or 'sh tools/setup.sh lock'." ;;
esac
