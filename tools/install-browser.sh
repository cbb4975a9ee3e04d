#!/bin/sh
# tools: installs Debian's Chromium and the fonts of the screenshots, for the tests in a browser; once, as root.
set -eu

command -v chromium >/dev/null && exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "Chromium can't be installed here (that needs apt-get, and to be root); the tests in a browser need it." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fonts-inter fonts-liberation >/dev/null
