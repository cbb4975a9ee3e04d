"""Made-up fetches of a whole list of records, for snapshots on a clock that a test sets."""

from clients.transport import ListPage
from proxy.cache import Cache
from proxy.snapshot_cache import SnapshotCache, new_store
from tests.proxy import records
from tests.proxy.fills import Clock

UPSTREAM = "records"


def all_of(*record_ids, count=None, **changes):
    """Return the whole list as it is rendered, with so many in all."""
    fields = {"artist": "Ana", "price": "19.50"} | changes
    found = [
        records.Record(**({"id": record_id, "title": f"Record {record_id}"} | fields))
        for record_id in record_ids
    ]
    return records.SNAPSHOT.render(ListPage(len(found) if count is None else count, tuple(found)))


class Shop:
    """A snapshot as a process has it, in front of ``fill``; ``written_at`` is the moment of the last write."""

    def __init__(self, fill, clock=None, *, deadline=2.5, seconds=20.0, shared=None):
        self.clock = clock or Clock()
        self.written_at = 0.0
        options = {"fresh_seconds": 60, "stale_seconds": 86_400, "written_at": lambda: self.written_at}
        options["clock"] = self.clock
        self.parts = Cache(UPSTREAM, deadline=deadline, **options)
        whole = Cache(
            UPSTREAM,
            deadline=seconds,
            store=new_store(),
            has_items=False,
            is_behind=True,
            shared=shared,
            **options,
        )
        self.snapshot = SnapshotCache(
            records.SNAPSHOT,
            fill,
            upstream=UPSTREAM,
            cache=whole,
            parts=self.parts,
            deadline=deadline,
            clock=self.clock,
        )
        self.settle = self.snapshot.settle

    def write(self):
        self.written_at = self.clock()

    def page(self, query=None, **how):
        query = query or records.RecordList()
        return self.snapshot.page(f"records:list:{query}", records.RECORDS_LIST, query, **how)

    def item(self, id_, **how):
        return self.snapshot.item(f"records:record:{id_}", records.KIND.found, id_, **how)

    def items(self, ids, **how):
        return self.snapshot.items(records.KIND.found, ids, **how)
