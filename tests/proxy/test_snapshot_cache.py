"""What a process promises of a whole list: fetched once behind all callers, fresh, stale, and cut into answers."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from clients.errors import (
    UpstreamBusyError,
    UpstreamError,
    UpstreamMalformedError,
    UpstreamNotFoundError,
    UpstreamThrottledError,
    UpstreamTimeoutError,
    UpstreamUnavailableError,
)
from clients.transport import Fetched
from proxy.background import COOLDOWN_SECONDS
from proxy.cache import Cache
from proxy.single_flight import YOUNG_SECONDS
from proxy.snapshots import Selection
from proxy.templates import Template
from tests.proxy import records
from tests.proxy.fills import Clock, Crowd, Fill, eventually, together
from tests.proxy.snapshot_fills import Shop, all_of

FAILURES = [
    UpstreamMalformedError(),
    UpstreamThrottledError(retry_after=5),
    UpstreamTimeoutError(),
    UpstreamUnavailableError(),
]
HOUR = 3600


@pytest.fixture(autouse=True)
def room(settings):
    settings.MAX_WAITERS = 100  # a crowd of these tests may take as long to start as it has to


@pytest.fixture
def shop():
    """Make a process with a snapshot; what it does in background is over before the next test."""
    shops = []

    def make(fill, **options):
        shops.append(Shop(fill, **options))
        return shops[-1]

    yield make
    for each in shops:
        each.settle()


def shown(answer):
    return json.loads(Template.of(answer.body, as_of=0, is_stale=False, now=0).filled(None)[0])


def titles(answer):
    return [record["title"] for record in shown(answer)["results"]]


# --- Fresh, stale and missing ------------------------------------------------------------------------


def test_one_fetch_answers_every_question(shop):
    fill = Fill(all_of(1, 2, 3))
    shop = shop(fill)

    answers = [shop.page(), shop.page(records.RecordList(page=2, limit=2)), shop.item(2), shop.item(2)]

    assert [answer.outcome for answer in answers] == ["MISS", "HIT", "HIT", "HIT"]
    assert titles(answers[0]) == ["Record 1", "Record 2", "Record 3"]
    assert titles(answers[1]) == ["Record 3"]
    assert shown(answers[2])["title"] == "Record 2"
    assert answers[3].entry is answers[2].entry
    assert fill.calls == 1


def test_forty_who_come_together_cause_one_fetch(shop):
    fill = Fill(all_of(1), gate=Crowd(40, "records"))
    shop = shop(fill)

    answers = together(40, shop.page)

    assert {answer.outcome for answer in answers} == {"MISS"}
    assert fill.calls == 1


@pytest.mark.parametrize("failure", [*FAILURES, UpstreamBusyError(), ZeroDivisionError()], ids=repr)
def test_forty_who_come_together_share_a_failure(shop, failure, caplog):
    fill = Fill(failure, gate=Crowd(40, "records"))
    shop = shop(fill)

    outcomes = together(40, shop.page)
    shop.settle()

    assert {type(outcome) for outcome in outcomes} == {type(failure)}
    assert fill.calls == 1
    assert ("refresh broke" in caplog.text) == (not isinstance(failure, UpstreamError))


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_a_failure_says_whose_it_is(shop, failure):
    with pytest.raises(type(failure)) as raised:
        shop(Fill(failure)).page()

    assert raised.value.upstream == "records"


def test_a_stale_list_is_served_at_once_and_fetched_once_behind(shop):
    fill = Fill(all_of(1, title="old"), all_of(1, title="new"))
    shop = shop(fill)
    shop.page()
    shop.clock.now += 70
    fill.gate = gate = threading.Event()

    answers = together(40, shop.page)  # returns though the gate is shut
    gate.set()
    shop.settle()
    renewed = shop.page()

    assert {answer.outcome for answer in answers} == {"STALE"}
    assert {titles(answer)[0] for answer in answers} == {"old"}
    assert (renewed.outcome, titles(renewed)) == ("HIT", ["new"])
    assert fill.calls == 2


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_whatever_fails_the_list_is_served_for_a_day(shop, failure):
    shop = shop(Fill(all_of(1), failure))
    shop.page()

    for _ in range(23):
        shop.clock.now += HOUR
        assert shop.page().outcome == "STALE"
        assert shop.item(1).outcome == "STALE"
        shop.settle()
    shop.clock.now += HOUR

    with pytest.raises(type(failure)):
        shop.page()


def test_after_a_failed_refresh_the_service_is_left_alone_for_a_moment(shop):
    fill = Fill(all_of(1), UpstreamUnavailableError())
    shop = shop(fill)
    shop.page()
    shop.clock.now += 70

    for _ in range(50):
        assert shop.page().outcome == "STALE"
        shop.settle()
    calls = fill.calls
    shop.clock.now += COOLDOWN_SECONDS
    shop.page()
    shop.settle()

    assert (calls, fill.calls) == (2, 3)


def test_an_unchanged_list_is_renewed_without_being_read_again(shop):
    fill = Fill(Fetched(all_of(1, 2), etag='"1"'), Fetched(None))
    shop = shop(fill)
    first, item = shop.page(), shop.item(2)
    facts = shop.snapshot.copy().facts
    shop.clock.now += 70
    shop.page()
    shop.settle()

    renewed = shop.page(), shop.item(2)

    assert fill.etags == [None, '"1"']
    assert [answer.outcome for answer in renewed] == ["HIT", "HIT"]
    assert [answer.body for answer in renewed] == [first.body, item.body]
    assert {answer.entry.fetched_at for answer in renewed} == {first.entry.fetched_at + 70}
    assert shop.snapshot.copy().facts is facts


def test_who_must_know_waits_for_the_list_as_it_is_now(shop):
    shop = shop(Fill(all_of(1, title="old"), all_of(1, title="new"), UpstreamTimeoutError()))
    shop.page()
    shop.clock.now += 70

    confirmed = shop.item(1, confirm=True)
    shop.clock.now += 70
    in_outage = shop.item(1, confirm=True)

    assert (confirmed.outcome, shown(confirmed)["title"]) == ("MISS", "new")
    assert (in_outage.outcome, shown(in_outage)["title"]) == ("STALE", "new")


def test_a_bug_in_a_fetch_does_not_end_all_fetching(shop, caplog):
    shop = shop(Fill(ZeroDivisionError(), all_of(1)))
    with pytest.raises(ZeroDivisionError):
        shop.page()

    assert shop.page().outcome == "MISS"
    shop.settle()
    assert caplog.text.count("refresh broke") == 1


# --- Who waits, and for how long ---------------------------------------------------------------------


def test_a_fetch_may_take_longer_than_a_deadline_for_which_callers_wait(shop):
    gate = threading.Event()
    fill = Fill(all_of(1), gate=gate)
    shop = shop(fill, deadline=0.1)
    start = time.monotonic()

    early = together(5, shop.page)
    seconds = time.monotonic() - start
    gate.set()
    shop.settle()

    assert {type(outcome) for outcome in early} == {UpstreamTimeoutError}
    assert seconds < 1
    assert shop.page().outcome == "HIT"
    assert fill.calls == 1


def test_past_the_bound_on_waiters_nobody_waits_for_a_fetch_that_is_not_young(shop, settings):
    settings.MAX_WAITERS = 2
    gate = threading.Event()
    shop = shop(Fill(all_of(1), gate=gate))
    late = threading.Timer(3 * YOUNG_SECONDS, gate.set)
    late.start()

    outcomes = together(10, shop.page)

    late.join()
    busy = [outcome for outcome in outcomes if isinstance(outcome, UpstreamBusyError)]
    served = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert (len(busy), len(served)) == (8, 2)
    assert {failure.upstream for failure in busy} == {"records"}


def test_one_deadline_is_all_that_an_answer_may_take_whatever_it_asks_for(shop):
    fill = Fill(all_of(1))
    shop = shop(fill, deadline=0.3)
    shop.page()
    shop.clock.now += 70
    fill.gate = gate = threading.Event()
    start = time.monotonic()

    with pytest.raises(UpstreamTimeoutError):
        shop.item(9, confirm=True)
    with pytest.raises(UpstreamTimeoutError):
        shop.item(9)
    answers, _, failure = shop.items([1, 9], confirm=True)

    seconds = time.monotonic() - start
    gate.set()
    assert (set(answers), type(failure)) == ({1}, UpstreamTimeoutError)
    assert seconds < 3 * 0.3 + 0.25


@pytest.mark.django_db(transaction=True)
def test_who_waits_holds_no_database_connection_that_is_pooled(shop, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    held = []
    shop = shop(Fill(all_of(1)))
    shop.page()
    shop.clock.now += 70
    connection.ensure_connection()

    with pytest.raises(UpstreamNotFoundError):
        shop.item(9, on_miss=lambda: held.append(connection.connection is not None))

    assert (held, connection.connection) == ([True], None)


def test_to_be_settled_is_to_be_done_with_a_fetch_that_is_under_way(shop):
    gate = threading.Event()
    shop = shop(Fill(all_of(1), gate=gate), deadline=0.05)
    with pytest.raises(UpstreamTimeoutError):
        shop.page()
    threading.Timer(0.1, gate.set).start()

    shop.settle()

    assert shop.snapshot.copy() is not None


# --- What is cut of it -------------------------------------------------------------------------------


def test_parts_are_entries_of_the_catalogs_cache_with_the_moments_of_the_whole(shop):
    shop = shop(Fill(all_of(1, 2)))

    answers = [shop.page(), shop.item(2)]

    whole = shop.snapshot.copy().entry
    for answer in answers:
        assert shop.parts.fresh(answer.key) is answer.entry
        assert (answer.entry.fetched_at, answer.entry.fresh_until) == (whole.fetched_at, whole.fresh_until)
        assert answer.entry.max_age == whole.max_age


def test_parts_are_cut_anew_when_the_whole_is(shop):
    shop = shop(Fill(all_of(1, title="old"), all_of(1, title="new")))
    shop.page(), shop.item(1)
    shop.clock.now += 70
    shop.page(confirm=True)

    assert shown(shop.item(1))["title"] == "new"
    assert titles(shop.page()) == ["new"]


def test_what_is_not_in_a_fresh_list_is_not_there(shop):
    fill = Fill(all_of(1))
    shop = shop(fill)
    shop.page()

    with pytest.raises(UpstreamNotFoundError):
        shop.item(9)

    assert fill.calls == 1


def test_what_a_stale_list_lacks_is_asked_for_before_anybody_is_told_that_it_is_not_there(shop):
    missed = []
    fill = Fill(all_of(1), all_of(1, 9))
    shop = shop(fill)
    shop.page()
    shop.clock.now += 70

    new = shop.item(9, on_miss=lambda: missed.append("one more call"))
    shop.clock.now += 70
    with pytest.raises(UpstreamNotFoundError):
        shop.item(8)

    assert (new.outcome, shown(new)["title"]) == ("MISS", "Record 9")
    assert missed == ["one more call"]
    assert fill.calls == 3


def test_in_an_outage_nobody_is_told_that_something_is_not_there(shop):
    shop = shop(Fill(all_of(1), UpstreamUnavailableError()))
    shop.page()
    shop.clock.now += 70

    with pytest.raises(UpstreamUnavailableError):
        shop.item(9)


def selecting(make):
    return Selection("odd", records.SNAPSHOT, records.RECORD, make)


def test_a_selection_that_finds_nothing_in_a_stale_list_looks_into_a_new_one(shop):
    def only_nine(copy, query):
        if copy.item(records.KIND.found, 9) is None:
            raise UpstreamNotFoundError("no nine")
        return copy.page_of([0], page=1, limit=1)

    shop = shop(Fill(all_of(1), all_of(9), UpstreamUnavailableError()))
    with pytest.raises(UpstreamNotFoundError):
        shop.snapshot.page("a", selecting(only_nine), None)
    shop.clock.now += 70

    answer = shop.snapshot.page("a", selecting(only_nine), None)

    assert (answer.outcome, titles(answer)) == ("MISS", ["Record 9"])


def test_of_any_number_of_ids_each_is_found_or_not_there(shop):
    fill = Fill(all_of(*range(1, 201)))
    shop = shop(fill)

    answers, has_all, failure = shop.items(range(1, 401))

    assert set(answers) == set(range(1, 201))
    assert (has_all, failure, fill.calls) == (True, None, 1)
    assert shown(answers[77])["title"] == "Record 77"


def test_for_what_a_stale_list_lacks_of_many_ids_it_is_fetched_once(shop):
    fill = Fill(all_of(1), all_of(1, 2))
    shop = shop(fill)
    shop.page()
    shop.clock.now += 70

    there, *_ = shop.items([1])
    answers, has_all, failure = shop.items([1, 2, *range(100, 200)])

    assert there[1].outcome == "STALE"
    assert {id_: answer.outcome for id_, answer in answers.items()} == {1: "MISS", 2: "MISS"}
    assert (has_all, failure, fill.calls) == (True, None, 2)


def test_of_a_list_that_lacks_something_nobody_says_that_an_item_is_not_there(shop):
    fill = Fill(all_of(1, count=2))
    shop = shop(fill)

    page, absent = shop.page(), shop.item(9)
    answers, has_all, failure = shop.items([1, 9])
    shop.clock.now += 70
    absent_when_stale = shop.item(9)

    assert shown(page)["meta"]["partial"] is True
    assert (absent, absent_when_stale) == (None, None)
    assert (set(answers), has_all, failure) == ({1}, False, None)


def test_a_page_of_another_shape_says_too_that_the_list_lacks_something(shop):
    sleeves = selecting(lambda _, __: records.RECORD.render_page(0, ()))
    shop = shop(Fill(all_of(1, count=2)))

    answer = shop.snapshot.page("a", sleeves, None)

    assert shown(answer)["meta"]["partial"] is True


# --- Writes ------------------------------------------------------------------------------------------


def test_after_a_write_nothing_that_was_fetched_before_is_served_as_fresh(shop):
    shop = shop(Fill(all_of(1, title="old"), all_of(1, title="new")))
    page, item = shop.page(), shop.item(1)
    shop.clock.now += 1
    shop.write()

    assert [shop.parts.fresh(answer.key) for answer in (page, item)] == [None, None]
    assert (shown(shop.item(1))["title"], titles(shop.page())) == ("new", ["new"])


def test_a_fetch_that_began_before_a_write_and_ends_after_it_is_not_served(shop):
    gate = threading.Event()
    fill = Fill(all_of(1, title="old"), all_of(1, title="new"), gate=gate)
    shop = shop(fill)
    with ThreadPoolExecutor(2) as threads:
        before = threads.submit(shop.page)
        assert eventually(lambda: fill.calls == 1)
        shop.clock.now += 1
        shop.write()
        after = threads.submit(shop.page)
        gate.set()

    assert titles(after.result()) == ["new"]
    assert titles(before.result()) == ["new"]
    assert fill.calls == 2


def test_no_read_that_begins_after_a_write_sees_what_was_before_it(shop):
    written = announced = 0
    seen = []

    def fetch(etag, ends_at):
        title = str(written)
        time.sleep(0.002)  # so that writes fall into fetches
        return Fetched(all_of(1, title=title))

    def read():
        while announced < 30 or not is_seen():
            before = announced
            seen.append((before, int(titles(shop.page())[0])))

    def is_seen():
        return bool(seen) and seen[-1][1] == announced

    def write():
        nonlocal written, announced
        for number in range(1, 31):
            written = number
            shop.write()
            announced = number
            assert eventually(is_seen)

    shop = shop(fetch, clock=time.time)
    threads = [threading.Thread(target=each) for each in (*[read] * 8, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert announced == 30
    assert [(before, shown) for before, shown in seen if shown < before] == []


def test_with_the_service_down_the_outdated_list_is_served_as_stale(shop):
    shop = shop(Fill(all_of(1), UpstreamUnavailableError()))
    shop.page()
    shop.clock.now += 1
    shop.write()

    answers = [shop.page(), shop.item(1)]
    many, _, failure = shop.items([1, 9])

    assert [answer.outcome for answer in answers] == ["STALE", "STALE"]
    assert many[1].outcome == "STALE"
    assert isinstance(failure, UpstreamUnavailableError)


def test_after_a_write_one_fetch_that_fails_is_waited_for_and_then_none(shop):
    fill = Fill(all_of(1, title="old"), UpstreamUnavailableError(), all_of(1, title="new"))
    shop = shop(fill)
    shop.page()
    shop.clock.now += 1
    shop.write()
    misses = []

    answers = [shop.page(on_miss=lambda: misses.append("a miss")) for _ in range(3)]
    assert [answer.outcome for answer in answers] == ["STALE"] * 3
    assert (fill.calls, misses) == (2, ["a miss"])

    shop.clock.now += COOLDOWN_SECONDS
    assert titles(shop.page()) == ["old"]
    shop.settle()
    assert titles(shop.page()) == ["new"]


def test_a_cache_alone_forgets_with_a_write_what_was_and_what_was_not_there():
    clock, written = Clock(), [0.0]
    cache = Cache(
        "records", fresh_seconds=60, stale_seconds=600, deadline=1, written_at=lambda: written[0], clock=clock
    )
    with pytest.raises(UpstreamNotFoundError):
        cache.get("a", Fill(UpstreamNotFoundError()))
    clock.now += 1
    written[0] = clock.now

    assert not cache.is_negative("a")
    assert cache.get("a", Fill(all_of(1))).outcome == "MISS"


@pytest.mark.parametrize("number", range(5))
def test_a_crowd_that_waits_for_a_fill_from_before_a_write_gets_one_from_after_it(number):
    clock, written, gate = Clock(), [0.0], threading.Event()
    cache = Cache(
        "records", fresh_seconds=60, stale_seconds=600, deadline=5, written_at=lambda: written[0], clock=clock
    )
    fill = Fill(all_of(1, title="old"), all_of(1, title="new"), gate=gate)
    with ThreadPoolExecutor(20) as threads:
        answers = [threads.submit(cache.get, "a", fill)]
        assert eventually(lambda: fill.calls == 1)
        clock.now += 1
        written[0] = clock.now
        answers += [threads.submit(cache.get, "a", fill) for _ in range(19)]
        gate.set()

    assert {titles(answer.result())[0] for answer in answers} == {"new"}
    assert fill.calls == 2
