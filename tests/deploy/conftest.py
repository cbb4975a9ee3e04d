"""The running cluster, where the machine has the stores and nginx for it."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.deploy.cluster import Cluster, running_cluster

DATABASE_URL, CACHE_URL = os.environ.get("TEST_DATABASE_URL", ""), os.environ.get("TEST_CACHE_URL", "")
HAS_STORES = DATABASE_URL.startswith("postgres") and CACHE_URL != ""

# Many processes need stores that they can share.
collect_ignore_glob = [] if HAS_STORES else ["test_live_*.py"]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two hosts behind one nginx, started once; a test that stops a part starts it again."""
    if not HAS_STORES:
        pytest.skip("TEST_DATABASE_URL and TEST_CACHE_URL name no PostgreSQL and Redis")
    if not shutil.which("nginx"):
        need = "nginx is not installed (sh tools/install-nginx.sh)"
        if os.environ.get("CI"):
            pytest.fail(need)
        pytest.skip(need)
    folder = tmp_path_factory.mktemp("cluster")
    with running_cluster(folder, database_url=DATABASE_URL, cache_url=CACHE_URL) as running:
        yield running


@pytest.fixture(autouse=True)
def calm_upstream(request: pytest.FixtureRequest) -> None:
    """Let each test with a cluster begin with a healthy flyer service and an empty request log."""
    if "cluster" in request.fixturenames:
        running: Cluster = request.getfixturevalue("cluster")
        running.upstream.knobs.reset()
        running.upstream.request_log.clear()
