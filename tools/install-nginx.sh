#!/bin/sh
# tools: installs nginx from the packages of Debian or Ubuntu, for tests/deploy; knows nothing of its configuration.
set -eu

if command -v nginx >/dev/null; then
    nginx -v
    exit
fi
command -v apt-get >/dev/null || {
    echo "There is no apt-get here: install nginx 1.22 or newer in your system's way." >&2
    exit 1
}
root=
[ "$(id -u)" = 0 ] || root=sudo
$root apt-get update -qq
$root apt-get install -qq --yes --no-install-recommends nginx-light
nginx -v
