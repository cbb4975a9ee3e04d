"""A person's marks on what is shown: who offers them, and which are remembered for the version of a person's library."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from cachetools import LRUCache
from django.core.exceptions import ImproperlyConfigured

from accounts.sessions import library_version_of
from accounts.sql import fetch_rows
from proxy.columns import Marks, Relation
from proxy.store import MEBIBYTE

# What is remembered in a process, in ids: of all people together, and of one person, whose record then begins anew.
# By ``tracemalloc`` an id takes 48 to 63 bytes, and a person about 1,000 besides, which count as ten ids.
ID_BYTES: Final = 100
MAX_IDS: Final = 16 * MEBIBYTE // ID_BYTES
MAX_IDS_OF_ONE: Final = 5_000
_IDS_OF_A_RECORD: Final = 10

Ids = Mapping[Relation, Collection[int]]


class Offer(Protocol):
    """What a room that stores a relation of people to items, of any kind, offers."""

    def select(self, user_id: int, kind: str, ids: Collection[int], *, label: int) -> tuple[str, list[Any]]:
        """Return a SELECT whose rows are (``label``, id) for those of these ids that the person has, and its parameters."""

    def all_ids(self, user_id: int, kind: str) -> Sequence[int]:
        """Return every id of that kind that the person has, ascending."""


_OFFERS: Final[dict[str, Offer]] = {}


def register_offer(relation: str, offer: Offer) -> None:
    """Have marks of this relation, whatever the kind of the items, read from there."""
    _OFFERS[relation] = offer


def require_offers(relations: Iterable[Relation]) -> None:
    """Raise ``ImproperlyConfigured`` at the start for what is shown as a mark and stored by nobody."""
    for relation, kind in relations:
        if relation not in _OFFERS:
            raise ImproperlyConfigured(f"no room offers the marks {relation!r} of the kind {kind!r}")


def related_ids(*, user_id: int, relation: str, kind: str) -> Sequence[int]:
    """Return every id of that kind that a person has in the relation, ascending."""
    return _OFFERS[relation].all_ids(user_id, kind)


class Marked(NamedTuple):
    """The version of a person's library, and their marks as they were then or became later."""

    version: int
    marks: Marks


def marks_of_session(*, user_id: int, session_id: int, ids: Ids) -> Marked | None:
    """Return what ``marks_for`` does, with the version that it looks up; None unless the session lives.

    One statement for session and version, and another only for what is not remembered.
    """
    version = library_version_of(session_id=session_id, user_id=user_id)
    if version is None:
        return None
    return Marked(version, marks_for(user_id=user_id, version=version, ids=ids))


def marks_for(*, user_id: int, version: int, ids: Ids) -> Marks:
    """Return which of these ids a person has, by relation; one statement for all that is not remembered of this version.

    The version has to be read before, never after: whoever changes a library raises its version in the same
    transaction, so marks that are read later are those of the version or newer ones, which the next version corrects.
    Older ones would be remembered under a version that nothing raises any more.
    """
    marks, missing = _remembered.look_up(user_id, version, ids)
    if not missing:
        return marks
    statement, values = marks_statement(user_id=user_id, ids=missing)
    found: list[set[int]] = [set() for _ in missing]
    for label, id_ in fetch_rows(statement, values):
        found[label].add(id_)
    read = dict(zip(missing, found, strict=True))
    _remembered.add(user_id, version, missing, read)
    return {relation: had | read.get(relation, set()) for relation, had in marks.items()}


def marks_statement(*, user_id: int, ids: Ids) -> tuple[str, list[Any]]:
    """Return the SQL for these marks and its parameters: the parts that each room offers, as one statement."""
    selects, values = [], []
    for label, ((relation, kind), wanted) in enumerate(ids.items()):
        if wanted:
            select, parameters = _OFFERS[relation].select(user_id, kind, wanted, label=label)
            selects.append(select)
            values += parameters
    return " UNION ALL ".join(selects), values


class _Record:
    """What is remembered of a person at a version: for each id that was asked about, whether they have it."""

    __slots__ = ("has", "version")

    def __init__(self, version: int) -> None:
        self.version = version
        # Of whole numbers and booleans alone: the garbage collector does not look into such dicts.
        self.has: dict[Relation, dict[int, bool]] = {}

    @property
    def number(self) -> int:
        return sum(map(len, self.has.values()))


class RememberedMarks:
    """The marks of a process by person, those of the longest unused falling off first. Safe to use from many threads."""

    def __init__(self, *, max_ids: int = MAX_IDS, max_ids_of_one: int = MAX_IDS_OF_ONE) -> None:
        """Bound the ids of all people, for each of whom ten count besides, and those of one."""
        self._max_of_one = max_ids_of_one
        self._lock = threading.Lock()
        self._records: LRUCache[int, _Record] = LRUCache(
            max_ids, getsizeof=lambda record: record.number + _IDS_OF_A_RECORD
        )

    def look_up(
        self, user_id: int, version: int, ids: Ids
    ) -> tuple[dict[Relation, set[int]], dict[Relation, set[int]]]:
        """Return which of these ids the person had at exactly this version, and of which that is not remembered."""
        with self._lock:
            record = self._records.get(user_id)
            known = record.has if record is not None and record.version == version else {}
            marks, missing = {}, {}
            for relation, wanted in ids.items():
                has = known.get(relation, {})
                marks[relation] = set(filter(has.get, wanted))
                if unknown := set(wanted).difference(has):
                    missing[relation] = unknown
        return marks, missing

    def add(
        self, user_id: int, version: int, asked: Mapping[Relation, set[int]], had: Mapping[Relation, set[int]]
    ) -> None:
        """Remember which of the ids ``asked`` about the person had; not what is older than what is remembered."""
        number = sum(map(len, asked.values()))
        with self._lock:
            record = self._records.get(user_id)
            if number > self._max_of_one or (record is not None and record.version > version):
                return
            if record is None or record.version < version or record.number + number > self._max_of_one:
                record = _Record(version)
            for relation, ids in asked.items():
                has = record.has.setdefault(relation, {})
                has.update(dict.fromkeys(ids, False))
                has.update(dict.fromkeys(had[relation], True))
            self._records.pop(user_id, None)  # Its size is taken when it is put.
            self._records[user_id] = record

    def clear(self) -> None:
        """Forget everything, as a new process does."""
        with self._lock:
            self._records.clear()


_remembered: Final = RememberedMarks()


def forget_marks() -> None:
    """Have this process read every mark anew."""
    _remembered.clear()
