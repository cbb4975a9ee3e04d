"""`Idempotency-Key`: a write that arrives a second time is answered as the first was, and not carried out again.

A view whose writes take the header is a ``RepeatableView``, and says for each in which of two ways it is done once.

``write_once`` is for what is stored here. What takes long, or asks another service, comes before it:

    def post(self, request: Request) -> Response:
        cart = NewCart.read(request.data)
        offers = find_offers(cart)
        return self.write_once(lambda: Response(add_cart(cart, offers), status=201))

The claim of the key, the write and the stored answer are one transaction. If it fails, nothing of it has happened, and the
next attempt does all of it. One that arrives meanwhile waits for the first, and gets its answer.

``forward_once`` is for what another service stores, which no transaction of ours can undo or wait for:

    def post(self, request: Request) -> Response:
        product = NewProduct.read(request.data)
        return self.forward_once(lambda: Response(create_product(product), status=201))

The claim is committed before the call and the answer stored after it. One that arrives meanwhile is a 409. If the service
has certainly not carried it out, the claim is withdrawn; if nobody knows (``UpstreamError.outcome_unknown``), or the process
died with it, the claim stays, and whoever sends the request again gets a 409 that says so.

Either way a stored answer is given before the view's own method runs, so that it needs no service behind.

What is stored of a person is bounded: ``MAX_KEYS`` keys with answers of up to 1 KB, and ``MAX_BYTES`` of all answers whenever
a larger one is stored; so 5 MB. Larger ones are stored compressed.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Self, cast

import msgspec
from django.db import transaction
from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import Length
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.api import ApiView, Response
from accounts.models import IdempotencyKey, User, hold_person
from accounts.sql import fetch_rows, moment
from clients.errors import UpstreamError

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(days=7)
# Keys stored of a person; past them the oldest are as new, however young.
MAX_KEYS: Final = 1_000
# Bytes of the answers stored of a person, as they are stored; checked when one is larger than ``_SMALL``.
MAX_BYTES: Final = 4 * 1024 * 1024
_SMALL: Final = 1024
# With which zlib's format begins, and no JSON.
_COMPRESSED: Final = b"x"
# No call to a service takes so long: what is under way longer has lost its process.
_LOST_AFTER: Final = timedelta(seconds=60)
_BATCH: Final = 500

_KEY: Final = re.compile(r"[!-~]{1,255}")
_ALIAS: Final = re.compile(r"^/api/(?!v1/)")
# One statement, so that of two at once one claims the key while the other waits for what becomes of it. The ORM's upsert
# has no condition.
_CLAIM: Final = (
    "INSERT INTO accounts_idempotencykey (user_id, key, digest, status, body, created_at) "
    "VALUES (%s, %s, %s, NULL, %s, %s) ON CONFLICT (user_id, key) DO UPDATE SET digest = excluded.digest, "
    "status = NULL, body = excluded.body, created_at = excluded.created_at "
    "WHERE accounts_idempotencykey.created_at <= %s RETURNING id"
)

# For the schema of the routes that take the header.
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description=(
        "A text of your own for this write, such as a UUID: sent again with it within 7 days, the same request is answered "
        f"as the first time and changes nothing. The latest {MAX_KEYS:,} of a person are remembered."
    ),
)
CONFLICT: Final = {
    409: OpenApiResponse(
        description=(
            "`CONFLICT`: the `Idempotency-Key` came with another request before, or that request is being processed, "
            "or nobody knows what became of it."
        )
    )
}


class KeyReusedError(Exception):
    """The key came with another request before."""


class KeyInUseError(Exception):
    """The request of this key is under way."""


class OutcomeUnknownError(Exception):
    """The request of this key was begun, and nobody knows what became of it."""


class AnsweredBeforeError(Exception):
    """The request was answered before: not a failure, but the way past a view's own method."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class Attempt(NamedTuple):
    """A write that may have arrived before: whose, by which key, and a digest of what it says."""

    user_id: int
    key: str
    digest: str

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return what a signed-in request is by its header; ``ValidationError`` if that can't be a key."""
        key = request.META["HTTP_IDEMPOTENCY_KEY"]
        if not _KEY.fullmatch(key):
            raise ValidationError({HEADER: ["Give 1 to 255 visible ASCII characters."]})
        # Of what the body says: a client may write it anew for a second attempt. The path has its last slash, and the
        # version of which `/api/` is an alias.
        path = _ALIAS.sub("/api/v1/", request.path_info)
        said = json.dumps([request.method, path, request.data], sort_keys=True)
        return cls(
            cast("User", request.user).pk, key, hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
        )

    def stored_answer(self) -> Response | None:
        """Return what it was answered, None if it is new; raise what a second attempt may end in."""
        row = IdempotencyKey.objects.filter(user_id=self.user_id, key=self.key).first()
        return None if row is None or row.created_at <= _oldest() else self._answer_of(row)

    def claim(self) -> "Claim | Response":
        """Claim the key, or return what was answered; in a transaction, and raise as ``stored_answer`` does."""
        hold_person(self.user_id)
        now = timezone.now()
        values = [self.user_id, self.key, self.digest, b"", moment(now), moment(_oldest(now))]
        rows = fetch_rows(_CLAIM, values)
        if rows:
            _bound_keys(self.user_id)
            return Claim(rows[0][0], self.user_id)
        # Locked by the statement that found it: it is there.
        return self._answer_of(IdempotencyKey.objects.get(user_id=self.user_id, key=self.key))

    def _answer_of(self, row: IdempotencyKey) -> Response:
        if row.digest != self.digest:
            raise KeyReusedError
        if row.status is None and row.created_at >= timezone.now() - _LOST_AFTER:
            raise KeyInUseError
        if row.status is None or row.status >= 500:
            raise OutcomeUnknownError
        body = bytes(row.body)
        if body.startswith(_COMPRESSED):
            body = zlib.decompress(body)
        return Response(msgspec.Raw(body) if body else None, status=row.status)


class Claim(NamedTuple):
    """A claimed key, by the id of its row, and whose it is."""

    pk: int
    user_id: int

    def store(self, answer: Any) -> None:
        """Store what the request is answered."""
        body = answer.content
        is_small = len(body) <= _SMALL
        self._row.update(status=answer.status_code, body=body if is_small else zlib.compress(body))
        if not is_small:
            _bound_bytes(self.user_id)

    def withdraw(self) -> None:
        """Let the key be as new."""
        self._row.delete()

    @property
    def _row(self) -> QuerySet[IdempotencyKey]:
        return IdempotencyKey.objects.filter(pk=self.pk)


class RepeatableView(ApiView):
    """A view whose writes take ``Idempotency-Key``; all its callers are signed in. It stands before its other bases."""

    _attempt: Attempt | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        is_write = request.method in self.allowed_methods and request.method not in SAFE_METHODS
        if is_write and "HTTP_IDEMPOTENCY_KEY" in request.META:
            self._attempt = Attempt.of(request)
            answer = self._attempt.stored_answer()
            if answer is not None:
                raise AnsweredBeforeError(answer)

    def handle_exception(self, exc: Exception) -> Any:
        """Return the answer to what a method raised."""
        return exc.answer if isinstance(exc, AnsweredBeforeError) else super().handle_exception(exc)

    def write_once(self, write: Callable[[], Response]) -> Response:
        """Return the answer of ``write``, which changes our own tables: in one transaction with the key, if there is one."""
        with transaction.atomic(durable=True):
            if self._attempt is None:
                return write()
            claim = self._attempt.claim()
            if isinstance(claim, Response):
                return claim
            answer = write()
            claim.store(answer)
        return answer

    def forward_once(self, call: Callable[[], Response]) -> Response:
        """Return the answer of ``call``, which has another service write something: outside of every transaction."""
        if self._attempt is None:
            return call()
        with transaction.atomic(durable=True):
            claim = self._attempt.claim()
        if isinstance(claim, Response):
            return claim
        try:
            answer = call()
        except Exception as failure:
            refusal = self.handle_exception(
                failure
            )  # A bug it raises again: then nobody knows what was done.
            if isinstance(failure, UpstreamError) and failure.outcome_unknown:
                claim.store(refusal)
            elif isinstance(failure, UpstreamError) or refusal.status_code < 500:
                claim.withdraw()
            raise
        claim.store(answer)
        return answer


def old_keys() -> QuerySet[IdempotencyKey]:
    """Return the keys that are as new."""
    return IdempotencyKey.objects.filter(created_at__lte=_oldest())


def prune_keys() -> int:
    """Delete old keys, in batches so that no lock is held long; return how many."""
    deleted = 0
    while number := _delete(list(old_keys().values_list("pk", flat=True)[:_BATCH])):
        deleted += number
    return deleted


def _bound_keys(user_id: int) -> None:
    """Delete a person's oldest keys beyond ``MAX_KEYS``."""
    newest = IdempotencyKey.objects.filter(user_id=user_id).order_by("-created_at", "-pk")
    if surplus := list(newest.values_list("pk", flat=True)[MAX_KEYS : MAX_KEYS + _BATCH]):
        _delete(surplus)


def _bound_bytes(user_id: int) -> None:
    """Delete a person's oldest answers beyond ``MAX_BYTES``; what is under way stays."""
    answered = IdempotencyKey.objects.filter(user_id=user_id, status__isnull=False)
    newest = [F("created_at").desc(), F("pk").desc()]
    held = answered.annotate(held=Window(Sum(Length("body")), order_by=newest))
    if surplus := list(held.filter(held__gt=MAX_BYTES).values_list("pk", flat=True)):
        _delete(surplus)


def _delete(keys: list[int]) -> int:
    """Delete these, but for those that somebody is writing: nobody waits crosswise for them. Return how many."""
    with transaction.atomic():
        rows = IdempotencyKey.objects.filter(pk__in=keys)
        free = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
        return rows.filter(pk__in=list(free)).delete()[0]


def _oldest(now: datetime | None = None) -> datetime:
    """Return the moment until which a key that was stored is as new."""
    return (now or timezone.now()) - KEPT
