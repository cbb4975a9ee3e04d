"""Every failure in one envelope, whoever raised it."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.test import Client
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from config import urls

ENVELOPE = {"code", "message", "details", "request_id"}


class Broken(APIView):
    """A route with a bug in it."""

    def get(self, request):
        raise RuntimeError("a secret of the server")


def raising(failure):
    """Return a plain Django view that does nothing but fail."""

    def view(request):
        raise failure

    return view


class Echo(APIView):
    """A route that takes JSON."""

    def post(self, request):
        return Response({"got": request.data})


FAILURES = {
    "not-found/": (Http404("/etc/passwd"), 404, "NOT_FOUND"),
    "forbidden/": (PermissionDenied("a reason of the server"), 403, "PERMISSION_DENIED"),
    "suspicious/": (SuspiciousOperation("a reason of the server"), 400, "VALIDATION_ERROR"),
    "bad/": (BadRequest("a reason of the server"), 400, "VALIDATION_ERROR"),
    "form/": (MultiPartParserError("a reason of the server"), 400, "VALIDATION_ERROR"),
    "large/": (RequestDataTooBig("a reason of the server"), 413, "PAYLOAD_TOO_LARGE"),
    "letters/": (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a reason"), 500, "SERVER_ERROR"),
    "store/": (OperationalError("a reason of the server"), 503, "SERVICE_UNAVAILABLE"),
    "bug/": (RuntimeError("a reason of the server"), 500, "SERVER_ERROR"),
}
urlpatterns = [
    path("broken/", Broken.as_view()),
    path("echo/", Echo.as_view()),
    *(path(address, raising(failure)) for address, (failure, _, _) in FAILURES.items()),
    *urls.urlpatterns,
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def error_of(response):
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == ENVELOPE
    assert response["Content-Type"] == "application/json"
    assert body["error"]["request_id"] == response["X-Request-ID"]
    return body["error"]


@pytest.mark.parametrize(
    "address", ["/", "/nope", "/api/v1/nope/", "/api/v2/", "/static/nope", "/api/v1//flyers/1/"]
)
@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_address_is_404(client, settings, address, debug):
    settings.DEBUG = debug

    response = client.get(address)

    assert (response.status_code, error_of(response)["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unknown_address_is_404_for_every_method(method):
    response = Client(enforce_csrf_checks=True).generic(method, "/api/v1/nothing/")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.django_db
def test_a_form_of_the_admin_from_elsewhere_is_a_403_in_the_envelope():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})

    assert (response.status_code, response.json()["error"]["code"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/metrics"])
def test_what_can_only_be_read_says_so(address):
    response = Client(enforce_csrf_checks=True).post(address)

    assert (response.status_code, error_of(response)["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(("address", "failure"), FAILURES.items())
@pytest.mark.parametrize("debug", [True, False])
def test_what_a_plain_view_ends_in_is_in_the_envelope(client, settings, debug, address, failure):
    settings.DEBUG = debug

    response = client.get(f"/{address}")

    assert (response.status_code, error_of(response)["code"]) == failure[1:]
    assert "reason" not in response.content.decode()


@pytest.mark.parametrize("debug", [True, False])
def test_a_bug_is_a_500_that_reveals_nothing(client, caplog, settings, debug):
    settings.DEBUG = debug

    response = client.get("/broken/")

    assert (response.status_code, error_of(response)["code"]) == (500, "SERVER_ERROR")
    assert "secret" not in response.content.decode()
    assert "a secret of the server" in caplog.text  # logged for the operator


def test_another_method_is_405_and_names_the_right_ones(client):
    response = client.delete("/api/v1/flyers/discover/")

    assert (response.status_code, error_of(response)["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert "GET" in response["Allow"]
    assert "DELETE" not in response["Allow"]


def test_answers_in_another_language_than_json_are_406(client):
    response = client.get("/api/v1/flyers/categories/", headers={"Accept": "text/html"})

    assert (response.status_code, error_of(response)["code"]) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("host", ["evil.test", "testserver@evil.test", "evil test"])
@pytest.mark.parametrize("address", ["/api/v1/flyers/categories/", "/health/live", "/admin/", "/nope"])
def test_a_host_that_is_not_ours_is_told_so(client, settings, debug, host, address):
    settings.DEBUG = debug

    response = client.get(address, headers={"Host": host})

    error = error_of(response)
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["message"] == "This service does not answer to that host name."
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize("debug", [True, False])
def test_too_many_parameters_are_told_so(client, settings, debug):
    settings.DEBUG = debug

    response = client.get("/api/v1/flyers/discover/?" + "&".join(f"p{number}" for number in range(1_001)))

    error = error_of(response)
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["message"] == "There are too many parameters."


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_is_not_json_is_415(client, media_type):
    response = client.post("/echo/", b"a=1", content_type=media_type)

    assert (response.status_code, error_of(response)["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_over_a_megabyte_is_413(client):
    response = client.post("/echo/", b'"' + b"x" * 1_000_000 + b'"', content_type="application/json")

    assert (response.status_code, error_of(response)["code"]) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"{} {}",
        b"nul",
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"a": "x"}'.encode("utf-16"),
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b'["\\udfff"]',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 21 + b"]" * 21,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"{'a': 1}",
        b'{"a": "\x01"}',
    ],
)
def test_json_that_others_may_read_differently_is_400(client, body):
    response = client.post("/echo/", body, content_type="application/json")

    assert (response.status_code, error_of(response)["code"]) == (400, "VALIDATION_ERROR"), response.content


def test_plain_json_is_read_as_it_is(client):
    document = {"text": "naïve 🎷", "numbers": [1, -2.5, 1e3], "nested": {"deep": [[None, True]]}}

    response = client.post("/echo/", document, content_type="application/json")

    assert response.json() == {"got": document}


@pytest.mark.parametrize("value", [b"[]", b"{}", b"0", b'{"a":0}', b'""'])
def test_a_body_of_very_many_values_is_400_before_it_is_decoded(client, value):
    body = b"[" + b",".join([value] * 60_000) + b"]"

    response = client.post("/echo/", body, content_type="application/json")

    assert (response.status_code, error_of(response)["message"]) == (400, "The body holds too many values.")


def test_the_largest_library_is_not_too_many_values(client):
    row = {"flyer_id": 1, "created_at": "2026-05-01T12:00:00Z", "title": "Jazz, wine, and a blanket"}
    document = {"favorites": [row] * 5_000}

    response = client.post("/echo/", document, content_type="application/json")

    assert response.json() == {"got": document}


def test_the_admin_site_says_so_when_the_database_fails(db):
    def no_answer(*_):
        raise OperationalError("the server closed the connection")

    admin = Client(raise_request_exception=False, headers={"Cookie": "sessionid=of-somebody-who-signed-in"})
    with connection.execute_wrapper(no_answer):
        response = admin.get("/admin/")

    assert response.status_code == 503
    assert response.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert response["Retry-After"] == "2"
