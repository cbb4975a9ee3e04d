"""A device of a person: it sends what they did while it was offline, and follows what has changed."""

LIBRARY = "/api/v1/users/me/library/"
OPS, CHANGES = f"{LIBRARY}ops/", f"{LIBRARY}changes/"
KINDS = {"follows": "creator"}


def op(op_id="a", word="add", id_=7, *, shelf="favorites", at="2026-05-01T11:00:00Z", **more):
    """Return an op as a device writes it."""
    kind = KINDS.get(shelf, "flyer")
    return {"op_id": op_id, "op": word, "shelf": shelf, "kind": kind, "id": id_, "at": at, **more}


def send(client, *ops):
    """Send ops; return what became of each."""
    answer = client.post(OPS, {"ops": ops})
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [each["op_id"] for each in results] == [each["op_id"] for each in ops]
    assert all((each["reason"] is not None) is (each["result"] == "refused") for each in results)
    return [each["result"] for each in results]


def read(client, since=None, **params):
    """Return a page of changes."""
    answer = client.get(CHANGES, params if since is None else {"since": since, **params})
    assert answer.status_code == 200, answer.content
    page = answer.json()
    assert set(page) == {"changes", "cursor", "has_more"}
    return page


def follow(client, since=None, **params):
    """Read on to the end; return all changes and the last cursor."""
    page = read(client, since, **params)
    changes = page["changes"]
    while page["has_more"]:
        page = read(client, page["cursor"], **params)
        changes += page["changes"]
    return changes, page["cursor"]


def brief(changes):
    """Return of each change what it says of which item."""
    return [(each["op"], each["shelf"], each["id"]) for each in changes]


def applied(copy, changes):
    """Apply changes to a device's copy of the library: values by shelf, kind and id, and slugs of links by kind."""
    for change in changes:
        key = change["shelf"], change["kind"], change["id"]
        if change["op"] == "set":
            copy[key] = change["slug"] or change["value"]
        else:
            copy.pop(key, None)
    return copy


def library_of(user):
    """Return what a true copy of a person's library holds, by their tables."""
    rows = user.entries.filter(removed_at=None)
    links = user.shared_lists.filter(revoked_at=None)
    return {(row.shelf, row.kind, row.item_id): row.value for row in rows} | {
        ("share", link.kind, None): link.slug for link in links
    }


def versions_of(user):
    """Return the versions of all changes that are stored, in order; 0 stands for none."""
    rows = [*user.entries.values_list("version", flat=True)]
    return sorted(
        version for version in [*rows, *user.shared_lists.values_list("version", flat=True)] if version
    )
