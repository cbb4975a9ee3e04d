"""WSGI clients of the hit path and of all of Django."""

import io
from contextlib import contextmanager
from functools import cache

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from config.metrics import counter
from config.middleware import request_id_of
from proxy.hit_path import HitPath

OWN_TO_EACH = ("x-request-id", "server-timing")


@contextmanager
def the_connection_of_the_test():
    """Keep Django from closing the connection whose transaction is the test's, as its own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class WsgiClient:
    """A WSGI application, called as a server calls it."""

    def __init__(self, application):
        self.application = application

    def request(self, address, method="GET", **headers):
        """Return status, headers and body; the keys of ``headers`` are WSGI's."""
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **headers,
        }
        environ = {name: value for name, value in environ.items() if value is not None}
        sent = {}

        def start_response(status, pairs, exc_info=None):
            names = [name.lower() for name, _ in pairs]
            assert len(set(names)) == len(names), "a header came twice"
            sent.update(status=status, headers={name.lower(): value for name, value in pairs})

        with the_connection_of_the_test():
            answer = self.application(environ, start_response)
            body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
        return sent["status"], sent["headers"], body


@cache
def wsgi_handler():
    return WSGIHandler()


class CountedDjango:
    """Django behind the hit path, and the number of its calls."""

    def __init__(self):
        self.django = wsgi_handler()
        self.calls = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        return self.django(environ, start_response)


def hit_path_client(application):
    """Return the hit path in front of an application, set up as the server does."""
    return WsgiClient(HitPath(application, request_id=request_id_of, counter=counter))


def alike(answer):
    """Return an answer without what is its own each time."""
    status, headers, body = answer
    return status, {name: value for name, value in headers.items() if name not in OWN_TO_EACH}, body
