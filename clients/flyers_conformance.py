"""Conformance check of the flyer service: which parts of its contract it fulfils.

A filter is judged by what it returns. So it is sent with values from the unfiltered feed that some of its flyers do not
have: a service that ignores the filter then gives itself away. If the flyers are too few or too alike for that, the
verdict is unknown.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec.structs import replace

from clients.distance import distance_km
from clients.errors import UpstreamError, UpstreamMalformedError, UpstreamNotFoundError, UpstreamRefusedError
from clients.flyers import Flyer, FlyerClient, FlyerPage, FlyerQuery

_PAGE: Final = 50
_NONSENSE: Final = "qzxvkjwqpzyx"
_NO_SUCH_ID: Final = 2**31 - 1  # the largest that every service can read
_MIN_KM: Final = 0.2
_MAX_RADIUS_KM: Final = 100.0
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,50}")


class Verdict(StrEnum):
    """The result of one check."""

    CAN = "yes"
    MISSING = "missing"
    UNKNOWN = "can't tell"
    NOT_OFFERED = "not offered"  # and need not be


class Finding(NamedTuple):
    """What was checked, the verdict, and the reason for it, always in our own words."""

    subject: str
    verdict: Verdict
    detail: str


Judgement = tuple[Verdict, str]

_FEED: Final = "flyers/feed/"
_OF_THE_FEED: Final = (
    _FEED,
    "flyers/feed/ page_size",
    "flyers/feed/ page",
    "flyers/feed/ past the last page",
)
_OTHER_ROUTES: Final = ("flyers/{id}/", "users/{id}/", "categories/")

_TOO_FEW: Final = (Verdict.UNKNOWN, "the feed shows too few flyers")
_TOO_ALIKE: Final = (Verdict.UNKNOWN, "the flyers of the feed are too few or too alike")


def examine(
    client: FlyerClient, *, lat: float, lng: float, seconds: float, feed_alone: bool = False
) -> list[Finding]:
    """Check everything with about 20 calls within ``seconds``, or the feed alone. Never raises for the service.

    If the first call fails no other is made, and all the rest is unknown.
    """
    chosen = {subject: _CHECKS[subject] for subject in (_OF_THE_FEED if feed_alone else _CHECKS)}
    ends_at = time.monotonic() + seconds
    query = FlyerQuery(lat=lat, lng=lng, page_size=_PAGE)
    try:
        feed = client.list_flyers(query, ends_at=ends_at).value or FlyerPage(0, ())
    except UpstreamError as failure:
        return _without_feed(failure, chosen)
    checks = _Checks(client, query, feed, ends_at)
    findings = [Finding("our key", Verdict.CAN, "accepted")]
    for subject, check in chosen.items():
        try:
            findings.append(Finding(subject, *check(checks)))
        except UpstreamError as failure:
            findings.append(Finding(subject, *_because(failure)))
    return findings


def offers_feed_alone(findings: Collection[Finding]) -> bool:
    """Say whether the service has its feed, and none of the other routes."""
    verdicts = {finding.subject: finding.verdict for finding in findings}
    return verdicts[_FEED] is Verdict.CAN and all(
        verdicts.get(route) is Verdict.MISSING for route in _OTHER_ROUTES
    )


def _without_feed(failure: UpstreamError, chosen: Collection[str]) -> list[Finding]:
    judgements: dict[str, Judgement] = dict.fromkeys(chosen, (Verdict.UNKNOWN, "not asked"))
    if isinstance(failure, UpstreamRefusedError):
        key = Finding("our key", Verdict.MISSING, f"not accepted: {failure.reason}")
    else:
        key = Finding("our key", Verdict.UNKNOWN, "no answer that tells")
        judgements[_FEED] = _because(failure)
    return [key, *(Finding(subject, *judgement) for subject, judgement in judgements.items())]


def _because(failure: UpstreamError) -> Judgement:
    match failure:
        case UpstreamNotFoundError():
            return Verdict.MISSING, f"not found: {failure.reason}"
        case UpstreamMalformedError() | UpstreamRefusedError():
            return Verdict.MISSING, failure.reason
        case _:
            return Verdict.UNKNOWN, f"no answer: {failure.reason}"


class _Checks(NamedTuple):
    """The checks; ``feed`` is the first page of ``query``, which has no filter."""

    client: FlyerClient
    query: FlyerQuery
    feed: FlyerPage
    ends_at: float

    def whole_feed(self) -> Judgement:
        if self.feed.left_out:
            return Verdict.CAN, f"{self.feed.left_out} of its first {_PAGE} flyers are not fit to show"
        return Verdict.CAN, f"{self.feed.count} flyers"

    def page_size(self) -> Judgement:
        received = len(self.feed.results) + self.feed.left_out
        if received < min(_PAGE, self.feed.count):
            return Verdict.MISSING, f"{received} flyers on a page of {_PAGE}"
        if self.feed.count < 2:
            return _TOO_FEW
        self._list(page_size=1)  # The client refuses more.
        return Verdict.CAN, f"pages of 1 and of {_PAGE}"

    def page(self) -> Judgement:
        if self.feed.count < 2:
            return _TOO_FEW
        size = min(_PAGE, self.feed.count // 2)
        second = {flyer.id for flyer in self._list(page=2, page_size=size).results}
        if not second:
            return Verdict.MISSING, "the second page is empty"
        if second == {flyer.id for flyer in self.feed.results[:size]}:
            return Verdict.MISSING, "the second page is the first"
        return Verdict.CAN, "the second page goes on"

    def past_the_end(self) -> Judgement:
        try:
            page = self._list(page=self.feed.count + 2)
        except UpstreamNotFoundError as answer:
            return Verdict.CAN, answer.reason
        if page.results:
            return Verdict.MISSING, "flyers on a page that is not there"
        return Verdict.CAN, "an empty page"

    def filter(self, name: str, values_of: Callable[[Flyer], Collection[object]]) -> Judgement:
        """Judge a filter by the two values that the fewest flyers have, or by one if two leave no flyer out."""
        shown = [frozenset(values) for flyer in self.feed.results if (values := values_of(flyer))]
        counts = Counter(value for values in shown for value in values)
        wanted: frozenset[object] = frozenset()
        for value, _ in reversed(counts.most_common()):
            if len(wanted) < 2 and any(values.isdisjoint(wanted | {value}) for values in shown):
                wanted |= {value}
        if not wanted:
            return _TOO_ALIKE
        page = self._list(**{name: tuple(wanted)})
        found = {value for flyer in page.results for value in values_of(flyer)}
        if page.count <= len(page.results) and not wanted <= found:
            detail = f"flyers are not found that the feed shows, by {len(wanted)} values at once"
            return Verdict.MISSING, detail
        return self._judge_count(page)

    def search(self) -> Judgement:
        if not self.feed.count:
            return _TOO_FEW
        if self._list(search=_NONSENSE).count >= self.feed.count:
            return Verdict.MISSING, "a word that nobody uses finds every flyer"
        words = [word for flyer in self.feed.results for word in re.findall(r"\w+", flyer.title)]
        if not words:
            return Verdict.UNKNOWN, "no flyer has a title"
        if not self._list(search=max(words, key=len)).count:
            return Verdict.MISSING, "a word of a title finds no flyer"
        return Verdict.CAN, "a word of a title finds flyers, and one that nobody uses fewer"

    def near_me(self) -> Judgement:
        places = [(flyer.location.lat, flyer.location.lng) for flyer in self.feed.results]
        distances = (distance_km(places[0], place) for place in places[1:])
        nearest = min((distance for distance in distances if distance >= _MIN_KM), default=None)
        if nearest is None:
            return _TOO_ALIKE
        lat, lng = places[0]
        page = self._list(lat=lat, lng=lng, near_me=True, radius=min(nearest / 2, _MAX_RADIUS_KM))
        if not page.results:
            return Verdict.MISSING, "a flyer is not found at its own place"
        return self._judge_count(page)

    def flyer(self) -> Judgement:
        if not self.feed.results:
            return _TOO_FEW
        self.client.get_flyer(self.feed.results[0].id, ends_at=self.ends_at)
        return Verdict.CAN, "a flyer of the feed"

    def creator(self) -> Judgement:
        if not self.feed.results:
            return _TOO_FEW
        self.client.get_creator(self.feed.results[0].creator.id, ends_at=self.ends_at)
        return Verdict.CAN, "the creator of a flyer"

    def no_such_item(self, get: Callable[..., object]) -> Judgement:
        try:
            get(_NO_SUCH_ID, ends_at=self.ends_at)
        except UpstreamNotFoundError as answer:
            return Verdict.CAN, answer.reason
        return Verdict.UNKNOWN, f"there is one with the id {_NO_SUCH_ID}"

    def categories(self) -> Judgement:
        categories = self.client.list_categories(ends_at=self.ends_at).value
        return Verdict.CAN, f"{len(categories or ())} categories"

    def revalidation(self) -> Judgement:
        etag = self.client.list_categories(ends_at=self.ends_at).etag
        if etag is None:
            return Verdict.NOT_OFFERED, "no ETag: what has not changed is sent again"
        if self.client.list_categories(ends_at=self.ends_at, etag=etag).value is not None:
            return Verdict.NOT_OFFERED, "an ETag, and never a 304: what has not changed is sent again"
        return Verdict.CAN, "what has not changed is not sent again"

    def _list(self, **changes: object) -> FlyerPage:
        page = self.client.list_flyers(replace(self.query, **changes), ends_at=self.ends_at).value
        if page is None:
            raise UpstreamMalformedError("304 without a question")
        return page

    def _judge_count(self, page: FlyerPage) -> Judgement:
        if page.count >= self.feed.count:
            return Verdict.MISSING, "as many flyers as without it"
        return Verdict.CAN, f"{page.count} of {self.feed.count} flyers"


# In the order of the contract.
_CHECKS: Final[dict[str, Callable[[_Checks], Judgement]]] = {
    _FEED: _Checks.whole_feed,
    "flyers/feed/ page_size": _Checks.page_size,
    "flyers/feed/ page": _Checks.page,
    "flyers/feed/ past the last page": _Checks.past_the_end,
    # Only such categories as can be sent in a query.
    "flyers/feed/ categories": lambda checks: checks.filter(
        "categories", lambda flyer: set(filter(_SLUG.fullmatch, flyer.categories))
    ),
    "flyers/feed/ search": _Checks.search,
    "flyers/feed/ near_me, radius": _Checks.near_me,
    "flyers/feed/ creators": lambda checks: checks.filter("creators", lambda flyer: {flyer.creator.id}),
    "flyers/feed/ ids": lambda checks: checks.filter("ids", lambda flyer: {flyer.id}),
    "flyers/{id}/": _Checks.flyer,
    "flyers/{id}/ of none": lambda checks: checks.no_such_item(checks.client.get_flyer),
    "users/{id}/": _Checks.creator,
    "users/{id}/ of none": lambda checks: checks.no_such_item(checks.client.get_creator),
    "categories/": _Checks.categories,
    "ETag and 304": _Checks.revalidation,
}
