"""Two made-up routes whose writes take `Idempotency-Key`, and calls of them."""

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.urls import path
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.test import APIClient

from accounts.api import Response
from accounts.idempotency import RepeatableView
from accounts.models import User
from accounts.sessions import open_session
from clients.fakestore import ProductFields
from config import urls
from products_proxy.catalog import PRODUCTS
from tests.conftest import PASSWORD

# What the routes have noticed: a question beside the write, or whether a transaction is open.
EVENTS = []


class Notes(RepeatableView):
    """A route that writes to our own tables: each time one more letter stands in the caller's name."""

    permission_classes = (IsAuthenticated,)

    def get(self, request, number=0):
        return Response({"name": User.objects.get(pk=request.user.pk).last_name})

    def post(self, request, number=0):
        EVENTS.append("asked")
        return self.write_once(lambda: self.add(request))

    def delete(self, request, number=0):
        return self.write_once(lambda: self.add(request) and Response(status=204))

    def add(self, request):
        person = User.objects.filter(pk=request.user.pk)
        person.update(last_name=Concat(F("last_name"), Value("x")))
        name = person.get().last_name
        if request.data.get("fails_at") == name:
            raise ValidationError({"fails_at": ["Here."]})
        return Response({"name": name} | request.data.get("said", {}), status=201)


class Products(RepeatableView):
    """A route that has the store write."""

    permission_classes = (IsAuthenticated,)

    def post(self, request):
        return self.forward_once(lambda: self.create(request))

    def create(self, request):
        EVENTS.append(connection.in_atomic_block)
        if not request.data:
            raise ValidationError({"title": ["Give one."]})
        if request.data.get("title") == "a bug":
            raise RuntimeError
        created = PRODUCTS.client.create_product(ProductFields(**request.data))
        return Response({"id": created.id}, status=201)


urlpatterns = [
    *(path(f"{prefix}notes/", Notes.as_view()) for prefix in ("", "api/", "api/v1/")),
    path("notes/<int:number>/", Notes.as_view()),
    path("store/", Products.as_view()),
    *urls.urlpatterns,
]


def send(client, method="post", address="/notes/", body=None, *, key="a-key"):
    return getattr(client, method)(address, body or {}, HTTP_IDEMPOTENCY_KEY=key)


def error_of(answer):
    return answer.status_code, answer.json()["error"]["code"]


def name_of(user):
    return User.objects.get(pk=user.pk).last_name


def sender(user, **how):
    """Return a call that signs in nobody when it is made."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user=user).access}")
    return lambda: send(client, **how)


def leave(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user=user).access}")
    return client.delete("/api/v1/auth/me/", {"password": PASSWORD})
