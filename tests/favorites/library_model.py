"""A library as it should be: the last writer of each row wins, by moment and op id."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

TICK = timedelta(microseconds=1)
AHEAD, TOMBSTONES_KEPT, OPS_KEPT = timedelta(minutes=5), timedelta(days=90), timedelta(days=7)


@dataclass
class Row:
    """What is so of an item on a shelf, since which write and which version; ``removed_at`` is when we heard of that."""

    is_there: bool = False
    value: int | None = None
    last: tuple[datetime, str] = (datetime.min.replace(tzinfo=UTC), "")
    version: int = 0
    removed_at: datetime | None = None


@dataclass
class LibraryModel:
    """One person's library; ``missing`` are the ids that the service does not have."""

    missing: set[int]
    version: int = 0
    pruned: int = 0
    rows: dict = field(default_factory=dict)
    recorded: dict = field(default_factory=dict)
    is_shared: bool = False

    def there(self):
        """Return the values of what is there, by key."""
        return {key: row.value for key, row in self.rows.items() if row.is_there}

    def is_there(self, key):
        return key in self.rows and self.rows[key].is_there

    def send(self, ops, *, now, is_outage):
        """Apply the ops of one request; return what becomes of each."""
        judged = {op["op_id"] for op in ops if op["op"] == "add" and not self.is_there(key_of(op))}
        results = []
        for op in ops:
            op_id, at = op["op_id"], datetime.fromisoformat(op["at"])
            if op_id in self.recorded:
                result, _ = self.recorded[op_id]
            elif at > now + AHEAD:
                result = "refused"
            elif is_outage and op_id in judged:
                result = "unknown"
            else:
                is_missing = op_id in judged and op["id"] in self.missing
                result = "not_found" if is_missing else self._apply(op, at, now)
                self.recorded[op_id] = result, now
            results.append(result)
        return results

    def _apply(self, op, at, now):
        key, last = key_of(op), (at, op["op_id"])
        if key in self.rows and last < self.rows[key].last:
            return "superseded"
        row = self.rows.setdefault(key, Row(removed_at=now))
        row.last = last
        return "applied" if self._set(row, op["op"] == "add", op.get("value"), now) else "already"

    def write(self, key, is_add, value, *, now):
        """Do it online: later than all before. Return whether that changed anything; what changes nothing leaves no trace."""
        row = self.rows.get(key, Row())
        if not self._set(row, is_add, value, now):
            return False
        row.last = max(now, row.last[0] + TICK if key in self.rows else now), ""
        self.rows[key] = row
        return True

    def _set(self, row, is_add, value, now):
        if row.is_there is is_add and (not is_add or row.value == value):
            return False
        self.version += 1
        row.is_there, row.value, row.version = is_add, value, self.version
        row.removed_at = None if is_add else now
        return True

    def share(self, is_shared):
        """Share the favorites, or revoke the link."""
        self.version += self.is_shared is not is_shared
        self.is_shared = is_shared

    def prune(self, *, now):
        """Forget what is older than it has to be."""
        for key, row in list(self.rows.items()):
            if not row.is_there and row.removed_at < now - TOMBSTONES_KEPT:
                self.pruned = max(self.pruned, row.version)
                del self.rows[key]
        self.recorded = {
            op_id: (result, moment)
            for op_id, (result, moment) in self.recorded.items()
            if moment >= now - OPS_KEPT
        }


def key_of(op):
    return op["shelf"], op["kind"], op["id"]
