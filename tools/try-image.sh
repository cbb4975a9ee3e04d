#!/bin/sh
# tools: builds and starts the image where there is neither Docker nor a registry; knows the Dockerfile's promises.
#
#   sh tools/try-image.sh PREFIX      as root on Debian or Ubuntu, with buildah and debootstrap from its packages
#
# PREFIX is a Python 3.13 that was built on a Debian 12 (pyenv's, for one): with a bare Debian it stands in for the base
# image, under that one's name. Everything else is the Dockerfile's own: every line of it is run.
set -eu
cd "$(dirname "$0")/.."

prefix=${1:?"which Python? (sh tools/try-image.sh ~/.pyenv/versions/3.13.0)"}
base=$(sed -n 's/^FROM \(\S*\) AS base$/\1/p' Dockerfile)
work=$PWD/.run/image
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
mkdir -p "$work"

say() { printf '\n--- %s\n' "$*"; }

say "a stand-in for $base"
if [ ! -e "$work/root.done" ]; then
    rm -rf "$work/root"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" >"$work/debootstrap.log"
    # What this machine trusts, the stand-in trusts: pip may have to go through a proxy.
    cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
    cp -a "$prefix/." "$work/root/usr/local/"
    chroot "$work/root" /sbin/ldconfig
    touch "$work/root.done"
fi
printf 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin\n' |
    buildah bud --quiet --tag "docker.io/library/$base" --file - "$work"

# pip's own settings of this machine, as a secret: they are in no layer.
printf '[global]\ncert=/etc/ssl/certs/ca-certificates.crt\n' >"$work/pip.conf"
for target in bff mock; do
    say "the image: $target"
    buildah bud --quiet --format docker --pull-never --secret "id=pip.conf,src=$work/pip.conf" --target "$target" --tag "try-$target" .
done

box=$(buildah from --pull-never try-bff)
mock=$(buildah from --pull-never try-mock)
trap 'buildah rm "$box" "$mock" >/dev/null' EXIT
in_box() {
    buildah run --env SECRET_KEY=a-secret-for-one-trial-of-the-image-and-for-nothing-more \
        --env JWT_SIGNING_KEY=another-secret-for-one-trial-of-the-image-and-nothing-more \
        --env FLYERS_API_TOKEN=dev-flyers-key --env FLYERS_API_URL=http://127.0.0.1:9753 --env MOCK_PORT=9753 \
        --env ALLOWED_HOSTS=flyers.example --env PUBLIC_URL=https://flyers.example --env PORT=8753 \
        --env DATABASE_URL=sqlite:////tmp/try.sqlite3 "$@"
}

say "who runs in it, and what they may do"
# shellcheck disable=SC2016  # The box's own.
in_box "$box" -- sh -c '
    [ "$(id -u):$(id -g)" = 10001:10001 ]                                && echo "a user without rights"
    ! touch /app/x /opt/venv/x /x 2>/dev/null                            && echo "who can change nothing of it"
    ! python -m pip --version >/dev/null 2>&1 && ! command -v gcc >/dev/null && echo "no installer, no compiler"
    [ -z "$(find . -name ".env*" -o -name tests)" ]                      && echo "no .env, no tests"
    [ ! -e mock_upstream ]                                               && echo "no bundled flyer service"
    ls /app'

say "migrations, as their own step"
in_box "$box" -- python manage.py migrate --no-input --verbosity 0
in_box "$box" -- python manage.py migrate --check
in_box "$box" -- python manage.py check --deploy --fail-level WARNING

# Starts a box's own CMD, and leaves its process id in the box, for a signal to `buildah run` stays with buildah.
begin() {
    # shellcheck disable=SC2016,SC2046  # The box's own; one word a word.
    in_box "$1" -- sh -c 'echo $$ >/tmp/pid; exec "$@"' sh \
        $(buildah inspect --format '{{range .OCIv1.Config.Cmd}}{{.}} {{end}}' "$1") &
}
end() { kill -TERM "$(in_box "$1" -- cat /tmp/pid)"; }

say "the flyer service and the server, from their own CMD"
begin "$mock"
upstream=$!
begin "$box"
server=$!
tries=0
until in_box "$box" -- python -m config.probe 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || break
    sleep 0.5
done
in_box "$box" -- python -m config.probe && echo "config.probe: alive"
curl --silent --show-error --header 'Host: flyers.example' "http://127.0.0.1:8753/api/v1/flyers/discover/?limit=1" || true
echo

say "SIGTERM"
end "$box"
wait "$server" && echo "the server ended, with exit code 0"
end "$mock"
wait "$upstream" && echo "the flyer service ended, with exit code 0"
