"""The typed client in examples/client-ts fits the schema, refuses what does not, and works against the service."""

import os
import re
import shutil
import subprocess

import pytest

from tests.deploy.files import ROOT
from tests.docs.documents import blocks
from tests.operations.programs import PASSWORD

CLIENT = ROOT / "examples" / "client-ts"
SECONDS = 120

IMPORT = (
    'import { FlyersClient } from "./client.js";\nconst flyers = new FlyersClient("http://localhost:8000");\n'
)


def run(*command, check=False, **environment):
    return subprocess.run(
        command,
        cwd=CLIENT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=check,
    )


@pytest.fixture(scope="module")
def tools():
    """The compiler and the generator, as package-lock.json pins them."""
    if not (shutil.which("node") and shutil.which("npm")):
        assert not os.environ.get("CI"), "CI needs Node and npm"
        pytest.skip("Node and npm are not there")
    installed = run("npm", "ci", "--no-progress")
    if installed.returncode and not os.environ.get("CI"):
        pytest.skip(f"npm can't install here: {installed.stdout[-300:]}")
    assert installed.returncode == 0, installed.stdout


def test_no_registry_is_named():
    assert '"resolved"' not in (CLIENT / "package-lock.json").read_text()


def test_the_types_are_those_of_the_schema(tools, tmp_path):
    made = tmp_path / "schema.d.ts"

    run(
        "node_modules/.bin/openapi-typescript",
        "--default-non-nullable=false",  # what has a default need not be sent
        str(ROOT / "tests" / "openapi.yaml"),
        "--output",
        str(made),
        check=True,
    )

    assert made.read_text() == (CLIENT / "schema.d.ts").read_text(), "renew it: make client"


@pytest.fixture
def compiled(tools):
    """Compile a program beside the client; return what the compiler says."""
    written = CLIENT / "tried.ts"

    def compile_(program):
        written.write_text(IMPORT + program)
        options = ("--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext")
        return run("node_modules/.bin/tsc", *options, "tried.ts").stdout

    yield compile_
    written.unlink(missing_ok=True)


def test_what_fits_the_schema_compiles(compiled):
    said = compiled("""
        const page = await flyers.call("get", "/api/v1/flyers/search/", { query: { query: "jazz" } });
        const mark: boolean | null | undefined = page.results[0]?.creator.is_following;
        const nothing: undefined = await flyers.call("delete", "/api/v1/follows/{followed_id}/", { path: { followed_id: 3 } });
        await flyers.call("delete", "/api/v1/auth/me/", { body: { password: "secret" } });
        const movies = await flyers.call("get", "/api/v1/movies/discover/", { query: { genres: [28, 12], sort_by: "title.asc" } });
        const poster: string | undefined = movies.results[0]?.poster?.w342;
        const show = await flyers.call("get", "/api/v1/tv/{tv_id}/", { path: { tv_id: 605 }, query: { region: "BR" } });
        const day: string | null | undefined = show.next_episode?.air_date;
        await flyers.call("put", "/api/v1/users/me/watchlist/", { body: { kind: "tv", ids: [605] } });
        await flyers.call("put", "/api/v1/movies/{movie_id}/rating/", { path: { movie_id: 605 }, body: { rating: 4 } });
        const products = await flyers.call("get", "/api/v1/products/", { query: { categories: ["toys"], sort: "-price" } });
        const price: string | undefined = products.results[0]?.price.amount;
        const rate: number | undefined = products.results[0]?.rating?.rate;
        await flyers.call("post", "/api/v1/products/", { body: { title: "Kettle", price: "109.95", categories: ["toys"] } });
        await flyers.call("patch", "/api/v1/products/{product_id}/", { path: { product_id: 7 }, body: { price: 5.5 }, idempotencyKey: "price-7" });
        const booked = await flyers.call("post", "/api/v1/reservations/", { body: { date: "2027-05-01", start_time: "10:00", end_time: "11:00" }, idempotencyKey: "a" });
        const status: "PENDING" | "CONFIRMED" | "REJECTED" | "CANCELLED" | "EXPIRED" = booked.status;
    """)

    assert said == ""


def test_what_its_readme_shows_compiles(compiled):
    [block] = blocks("ts")

    said = compiled(block.text.removeprefix(IMPORT.splitlines(keepends=True)[1]))

    assert said == ""


WRONG = {
    "path": 'await flyers.call("get", "/api/v1/flyer/discover/");',
    "method": 'await flyers.call("put", "/api/v1/flyers/discover/");',
    "parameter": 'await flyers.call("get", "/api/v1/flyers/discover/", { query: { latitude: 1 } });',
    "type": 'await flyers.call("get", "/api/v1/flyers/discover/", { query: { lat: "north" } });',
    "missing parameter": 'await flyers.call("get", "/api/v1/flyers/search/");',
    "missing id": 'await flyers.call("get", "/api/v1/flyers/{flyer_id}/", {});',
    "body": 'await flyers.call("post", "/api/v1/auth/login/", { body: { mail: "a@b.cd", password: "x" } });',
    "field": '(await flyers.call("get", "/api/v1/flyers/discover/")).results[0]?.is_favourite;',
    "kind": 'await flyers.call("get", "/api/v1/users/me/favorites/", { query: { kind: "movies" } });',
    "order": 'await flyers.call("get", "/api/v1/products/", { query: { sort: "name" } });',
    "number that is a text": 'const sum: number = (await flyers.call("get", "/api/v1/products/{product_id}/", { path: { product_id: 7 } })).price.amount;',
    "field that nobody writes": 'await flyers.call("patch", "/api/v1/products/{product_id}/", { path: { product_id: 7 }, body: { rating: 5 } });',
    "field of another kind": '(await flyers.call("get", "/api/v1/movies/{movie_id}/", { path: { movie_id: 605 } })).seasons;',
    "time that is missing": 'await flyers.call("post", "/api/v1/reservations/", { body: { date: "2027-05-01", start_time: "10:00" } });',
    "key of a write that takes none": 'await flyers.call("post", "/api/v1/follows/", { body: { followed_id: 3 }, idempotencyKey: "a" });',
    "null": "const sure: boolean = (await flyers.call("
    '"get", "/api/v1/creators/{creator_id}/", { path: { creator_id: 3 } })).is_following;',
}


def test_every_wrong_word_is_a_type_error(compiled):
    said = compiled("\n".join(WRONG.values()))

    lines = [int(number) - IMPORT.count("\n") for number in re.findall(r"tried\.ts\((\d+),", said)]
    assert [list(WRONG)[line - 1] for line in lines] == list(WRONG), said


def test_the_example_runs(tools, service):
    service.sign_in("typed")
    run("node_modules/.bin/tsc", check=True)

    said = run(
        "node",
        "build/example.js",
        f"http://127.0.0.1:{service.port}",
        "typed@flyers.test",
        PASSWORD,
    )

    assert said.returncode == 0, said.stdout
    assert "signed in as typed@flyers.test" in said.stdout
    assert [line for line in said.stdout.splitlines() if line.startswith("favorite: ")] == [
        "favorite: null",
        "favorite: true",
    ]
    assert "on the watchlist: true, rated 4" in said.stdout
    assert "This product uses TMDB" in said.stdout
    assert re.search(r"(?m)^.+, [0-9.]+ USD, in .+$", said.stdout)
    assert said.stdout.splitlines()[-4:] == [
        "1 favorites, 2 devices",
        "offline: 0 favorites, 1 op waits",
        "synced: 0 favorites, 0 ops wait",
        "NOT_AUTHENTICATED",
    ]


def test_devices_of_one_person_agree_in_the_end_wherever_the_network_breaks(tools, service):
    run("node_modules/.bin/tsc", check=True)

    said = run(
        "node",
        "--test",
        "build/tests/library.test.js",
        ORIGIN=f"http://127.0.0.1:{service.port}",
        UPSTREAM=service.environment["FLYERS_API_URL"],
    )

    assert said.returncode == 0, said.stdout


def test_two_people_and_an_administrator_book_approve_and_swap(tools, service):
    service.sign_in("place")
    promote = "from accounts.models import User; User.objects.filter(email='place@flyers.test').update(is_staff=True)"
    service.manage("shell", "-c", promote)
    run("node_modules/.bin/tsc", check=True)

    said = run(
        "node",
        "--test",
        "build/tests/reservations.test.js",
        ORIGIN=f"http://127.0.0.1:{service.port}",
        ADMINISTRATOR="place@flyers.test",
        PASSWORD=PASSWORD,
    )

    assert said.returncode == 0, said.stdout
