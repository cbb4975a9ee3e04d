"""The ordinary suite in front of a flyer service that offers its feed alone: `make test` runs it again, TEST_FLYERS_OFFERS=feed.

Of the tests of favorites those run that have a flyer service. What can't be right is named here, and is seen to fail.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest

# What they prove is of our own tables, and takes half of all the time.
_OF_TABLES: Final = {
    *(
        "test_any_sequence.py",
        "test_limits.py",
        "test_pruning.py",
        "test_races.py",
        "test_rating_summaries.py",
    ),
    *("test_schema.py", "test_tables.py", "test_two_devices.py", "test_versions.py"),
}

_ON_A_FAST_MACHINE: Final = "Three calls tell of a hundred creators, which may be done in time."
_LEFT_OUT: Final = {
    _ON_A_FAST_MACHINE: ("test_follows.py::test_a_long_list_waits_no_longer_than_one_call_may_take",),
    "It counts the calls of a service with other routes, or names them.": (
        "test_favorites.py::test_adding_a_favorite_twice_keeps_one",
        "test_ratings.py::test_the_first_rating_is_a_201_and_the_last_one_counts",
        "test_follows.py::test_following_twice_follows_once",
        "test_follows.py::test_each_profile_is_asked_for_once_and_a_hot_page_asks_nobody",
        "test_list.py::test_a_page_of_a_hundred_takes_two_upstream_calls",
        "test_followed_flyers.py::test_only_flyers_of_followed_creators_are_shown",
        "test_followed_flyers.py::test_searching_among_followed_creators",
        "test_many_follows.py::test_the_first_page_asks_each_part_once",
    ),
    "One call has told everything: nothing is fetched singly, a part at a time, or too often.": (
        "test_ops_order.py::test_a_service_that_breaks_in_the_middle_leaves_the_others_judged",
        "test_batches.py::test_what_lists_leave_out_is_looked_at_singly_and_only_so_often",
        "test_batches.py::test_in_an_outage_what_is_saved_or_was_seen_is_judged_and_all_else_is_unknown",
        "test_batches.py::test_an_outage_in_the_middle_leaves_unknown_what_was_not_yet_looked_at",
        "test_follows.py::test_in_an_outage_whom_one_follows_is_still_followed_and_nobody_new",
        "test_follows.py::test_in_an_outage_follows_are_listed_with_the_profiles_that_are_known",
        "test_list.py::test_who_has_upstream_asked_too_often_is_told_to_wait_and_what_is_known_is_free",
        "test_copies.py::test_an_outage_in_the_middle_leaves_unknown_what_was_not_told",
        "test_many_follows.py::test_beyond_what_can_be_assembled_a_400_says_so_and_no_link_leads_there",
        "test_many_follows.py::test_when_a_part_fails_the_page_fails",
    ),
    "It is sent no filter that it could ignore.": (
        "test_list.py::test_a_service_that_answers_with_other_flyers_says_nothing_about_the_saved_ones",
        "test_followed_flyers.py::test_nobody_sees_others_flyers_because_the_service_ignores_the_filter",
    ),
    "It names no categories.": ("test_followed_flyers.py::test_the_filter_goes_together_with_the_others",),
    "A flyer that has ended is not in the feed, and a creator is there while a flyer names them.": (
        "test_batches.py::test_a_flyer_that_has_ended_is_saved_as_it_is_when_saved_alone",
        "test_follows.py::test_a_creator_who_was_seen_and_has_been_removed_since_is_not_followed",
        "test_news.py::test_a_creator_without_a_profile_is_listed_without_one",
    ),
    "Its flyers don't say since when they exist: none is new.": (
        "test_news.py::test_creators_are_listed_with_how_much_they_published_the_newest_first",
        "test_news.py::test_what_was_there_before_one_followed_is_no_news",
        "test_news.py::test_what_was_there_when_one_last_looked_is_no_news",
        "test_news.py::test_news_are_paged",
        "test_news.py::test_of_more_than_three_hundred_new_flyers_the_answer_says_that_it_is_not_complete",
        "test_news.py::test_no_further_page_is_asked_for_than_the_news_fill",
        "test_news.py::test_each_has_their_own_news",
        "test_news.py::test_until_when_one_has_looked_never_goes_back",
        "test_news.py::test_nobody_has_looked_at_the_future",
        "test_news.py::test_to_have_seen_an_answer_its_as_of_is_given",
        "test_news.py::test_a_profile_that_is_old_makes_what_was_seen_no_older",
        "test_news.py::test_what_will_be_published_is_no_news_yet",
        "test_news.py::test_a_flyer_that_slips_to_the_next_page_counts_once",
    ),
}


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests that have something to say of such a service, and expect those to fail that can't be right."""
    reasons = {name: reason for reason, names in _LEFT_OUT.items() for name in names}
    chosen = list(_chosen(items))
    for item in chosen:
        name = f"{item.path.name}::{item.nodeid.rpartition('::')[2].partition('[')[0]}"
        if name in reasons:
            is_certain = reasons[name] != _ON_A_FAST_MACHINE
            item.add_marker(pytest.mark.xfail(reason=reasons[name], strict=is_certain))
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _chosen(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    for item in items:
        fixtures: Any = getattr(item, "fixturenames", ())
        is_of_favorites = item.path.parent.name == "favorites"
        if not is_of_favorites or ("service" in fixtures and item.path.name not in _OF_TABLES):
            yield item
