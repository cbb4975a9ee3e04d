"""Remembered marks: good for one version of a person's library, and read anew for the next."""

import pytest

from proxy.marks import RememberedMarks, forget_marks, marks_for
from tests.favorites.keeping import drop, follow, keep
from tests.races import at_once

FLYERS, CREATORS = ("favorites", "flyer"), ("follows", "creator")


def marks_of(user, **ids):
    wanted = {FLYERS: ids.get("flyers", ()), CREATORS: ids.get("creators", ())}
    marks = marks_for(user_id=user.pk, version=user.library_version, ids=wanted)
    return set(marks[FLYERS]), set(marks[CREATORS])


# --- Which statements are executed -------------------------------------------------------------------


def test_marks_of_a_version_are_read_once(alice, django_assert_num_queries):
    keep(alice, 1, 3)
    follow(alice, 8)

    with django_assert_num_queries(1):
        first = marks_of(alice, flyers=[1, 2, 3], creators=[7, 8])
    with django_assert_num_queries(0):
        again = marks_of(alice, flyers=[3, 2], creators=[8])

    assert first == ({1, 3}, {8})
    assert again == ({3}, {8})


def test_of_other_ids_only_those_are_read_that_were_not_asked_about(alice, django_assert_num_queries):
    keep(alice, 1, 3, 5)
    marks_of(alice, flyers=[1, 2, 3])

    with django_assert_num_queries(1) as statements:
        marks = marks_of(alice, flyers=[2, 3, 4444, 5])

    assert marks == ({3, 5}, set())
    assert statements[0]["sql"].count(",") == 2  # label, id; two ids
    assert "4444" in statements[0]["sql"]


def test_another_version_is_read_anew(alice, django_assert_num_queries):
    keep(alice, 1)
    marks_of(alice, flyers=[1, 2])
    keep(alice, 2)
    drop(alice, 1)

    with django_assert_num_queries(1):
        marks = marks_of(alice, flyers=[1, 2])

    assert marks == ({2}, set())


def test_no_two_people_share_what_is_remembered(alice, bob):
    keep(alice, 1)
    keep(bob, 2)

    turns = [marks_of(user, flyers=[1, 2])[0] for user in (alice, bob, alice, bob)]

    assert turns == [{1}, {2}, {1}, {2}]


def test_without_ids_nobody_is_asked(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert marks_of(alice) == (set(), set())


def test_a_new_process_remembers_nothing(alice, django_assert_num_queries):
    marks_of(alice, flyers=[1])

    forget_marks()

    with django_assert_num_queries(1):
        marks_of(alice, flyers=[1])


# --- What raises a version ---------------------------------------------------------------------------


def test_each_change_of_a_library_raises_its_version(as_alice, alice, upstream):
    versions = [alice.library_version]
    for change in (
        lambda: keep(alice, 1),
        lambda: keep(alice, 1),  # changes nothing
        lambda: follow(alice, 1),
        lambda: drop(alice, 1, 2),
        lambda: drop(alice, 1, 2),  # changes nothing
    ):
        change()
        versions.append(alice.library_version)

    assert versions == [0, 1, 1, 2, 3, 3]
    alice.refresh_from_db()
    assert alice.library_version == 3


# --- What is remembered ------------------------------------------------------------------------------


def ask(memory, person, version, *ids):
    """Look up and remember; the person has all ids up to the version."""
    asked = {FLYERS: set(ids)}
    marks, missing = memory.look_up(person, version, asked)
    memory.add(person, version, missing, {key: {i for i in ids if i <= version} for key in missing})
    return sorted(marks[FLYERS]), sorted(missing.get(FLYERS, ()))


def test_what_is_older_does_not_replace_what_is_newer():
    memory = RememberedMarks()
    ask(memory, 1, 2, 1, 2, 3)

    assert ask(memory, 1, 1, 1, 2) == ([], [1, 2])  # a thread that was slow

    assert ask(memory, 1, 2, 1, 2, 3) == ([1, 2], [])


def test_what_is_newer_replaces_what_is_older():
    memory = RememberedMarks()
    ask(memory, 1, 1, 1, 2)

    assert ask(memory, 1, 2, 2) == ([], [2])

    assert ask(memory, 1, 2, 1, 2) == ([2], [1])


def test_whoever_was_not_seen_longest_is_forgotten_first():
    memory = RememberedMarks(max_ids=3 * 15)  # each person counts as ten ids besides theirs
    for person in (1, 2, 3):
        ask(memory, person, 5, 1, 2, 3, 4, 5)
    ask(memory, 1, 5, 1)

    ask(memory, 4, 5, 1, 2, 3, 4, 5)

    assert ask(memory, 1, 5, 1) == ([1], [])
    assert ask(memory, 3, 5, 1) == ([1], [])
    assert ask(memory, 2, 5, 1) == ([], [1])


def test_one_persons_record_begins_anew_when_it_is_long():
    memory = RememberedMarks(max_ids_of_one=6)
    ask(memory, 1, 9, 1, 2, 3, 4)

    ask(memory, 1, 9, 5, 6, 7)

    assert ask(memory, 1, 9, 5, 6, 7) == ([5, 6, 7], [])
    assert ask(memory, 1, 9, 1) == ([], [1])


def test_more_ids_than_anyone_may_have_are_not_remembered():
    memory = RememberedMarks(max_ids_of_one=6)
    ask(memory, 1, 9, 1, 2)

    ask(memory, 1, 9, *range(3, 10))

    assert ask(memory, 1, 9, 1, 2, 3) == ([1, 2], [3])


@pytest.mark.parametrize("people", [1, 4])
def test_threads_that_ask_at_once_are_told_the_truth(people):
    memory = RememberedMarks(max_ids=200, max_ids_of_one=40)

    def walk(thread):
        seen = []
        for version in range(1, 60):
            ids = {FLYERS: {version - 1, version, version + 1, version + thread}}
            marks, missing = memory.look_up(thread % people, version, ids)
            known = ids[FLYERS] - missing.get(FLYERS, set())
            seen.append(marks[FLYERS] == {id_ for id_ in known if id_ <= version})
            had = {
                relation: {id_ for id_ in wanted if id_ <= version} for relation, wanted in missing.items()
            }
            memory.add(thread % people, version, missing, had)
        return seen

    assert all(map(all, at_once([lambda thread=thread: walk(thread) for thread in range(8)])))
