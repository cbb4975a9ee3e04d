"""The published OpenAPI says what the service does."""

from pathlib import Path

import jsonschema
import pytest
import time_machine
import yaml
from django.core.management import call_command

from flyers_proxy.shapes import FLYER_EXAMPLE
from tests import payloads
from tests.conftest import UPSTREAM

COMMITTED = Path(__file__).parent.parent / "openapi.yaml"


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    fresh = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    call_command("spectacular", file=str(fresh), validate=True, fail_on_warn=True)
    return fresh.read_text()


def operations(schema):
    for address, methods in yaml.safe_load(schema)["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {address}", operation


def test_the_committed_schema_is_the_one_the_code_makes(schema):
    assert schema == COMMITTED.read_text(), "renew it: make schema"


def test_the_service_publishes_the_same(schema, client):
    assert client.get("/api/schema/").json() == yaml.safe_load(schema)


def test_nothing_that_is_asked_with_it_changes_the_document(client):
    document = client.get("/api/schema/").content

    for query in ("version=2", "version=2%0AX-Evil:%20yes", "lang=es", "format=yaml"):
        response = client.get(f"/api/schema/?{query}")

        assert response.content == document, query
        assert response["Content-Disposition"] == 'inline; filename="Flyers BFF (1).json"'


def test_every_operation_has_a_name_a_tag_a_sentence_and_the_envelope(schema):
    names = []
    for name, operation in operations(schema):
        names.append(operation["operationId"])
        assert operation["tags"], name
        assert operation["description"], name
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Error"}, name
        assert operation["responses"]["400"] == {"$ref": "#/components/responses/Error"}, name
    assert len(set(names)) == len(names)


def references(node):
    """Return the names of the components that a part of the document names."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    named = {node["$ref"].rpartition("/")[2]} if isinstance(node, dict) and "$ref" in node else set()
    return named.union(*map(references, inner))


def test_every_parameter_says_what_it_is(schema):
    for name, operation in operations(schema):
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (name, parameter["name"])


def test_every_field_of_reservations_says_what_it_is(schema):
    components = yaml.safe_load(schema)["components"]["schemas"]
    routes = [operation for name, operation in operations(schema) if "/reservations/" in name]
    left, seen = references(routes) & components.keys(), {"Error"}
    while left := left - seen:
        seen |= left
        for name in left:
            for field, shape in components[name].get("properties", {}).items():
                assert shape.get("description"), (name, field)
        left = references([components[name] for name in left]) & components.keys()
    assert {"Reservation", "NewReservationRequest", "Trade", "Owner", "AvailableSlot"} <= seen


def test_every_answer_to_a_token_documents_the_version_of_the_library(schema):
    for name, operation in operations(schema):
        takes_token = any("accessToken" in way for way in operation.get("security", ()))
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                assert ("X-Library-Version" in response["headers"]) is takes_token, (name, status)


@time_machine.travel("2026-05-01T12:00:00Z", tick=False)
def test_the_example_of_a_page_is_what_the_service_answers(schema, anyone, upstream, settings):
    settings.PUBLIC_URL = "http://localhost:8000"
    sent = {**FLYER_EXAMPLE, "location": {**FLYER_EXAMPLE["location"], "distance_km": 17.3}}
    upstream.get(f"{UPSTREAM}/flyers/feed/", json=payloads.page(sent, count=12))

    answer = anyone.get("/api/v1/flyers/discover/", {"lat": "40.4168", "lng": "-3.7038", "limit": "1"}).json()

    published = yaml.safe_load(schema)["paths"]["/api/v1/flyers/discover/"]["get"]["responses"]["200"]
    (example,) = published["content"]["application/json"]["examples"].values()
    assert answer == example["value"]


def test_answers_fit_the_schema(schema, anyone, upstream):
    upstream.get(
        f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer(), payloads.flyer(8, images=[]))
    )
    upstream.get(f"{UPSTREAM}/users/3/", json=payloads.creator(3))
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])
    document = yaml.safe_load(schema)

    for address, name in {
        "/api/v1/flyers/discover/": "FlyerPage",
        "/api/v1/creators/3/": "Creator",
        "/api/v1/flyers/categories/": "CategoryPage",
        "/api/v1/nope/": "Error",
    }.items():
        shape = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        answer = anyone.get(address).json()
        jsonschema.Draft202012Validator(shape, format_checker=jsonschema.FormatChecker()).validate(answer)


def test_only_the_canonical_routes_are_listed(schema):
    assert all(name.split()[1].startswith("/api/v1/") for name, _ in operations(schema))
