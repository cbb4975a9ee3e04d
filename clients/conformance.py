"""clients: what the flyer service can do of what its contract promises, found out by asking. It knows no settings.

A filter is judged by what comes back. So it is asked with values that the unfiltered feed shows, and of which some of its
flyers are known not to have any: a service that ignores the filter then gives itself away. Where the flyers are too few or
too alike for that, nobody can tell.
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
    """What is known of one thing that the service should be able to do."""

    CAN = "yes"
    MISSING = "missing"
    UNKNOWN = "can't tell"
    NOT_OFFERED = "not offered"  # and need not be


class Finding(NamedTuple):
    """One thing that the service should be able to do, and why we believe what we believe, in our own words."""

    subject: str
    verdict: Verdict
    detail: str


Judgement = tuple[Verdict, str]


def examine(client: FlyerClient, *, lat: float, lng: float, seconds: float) -> list[Finding]:
    """Return what the service can do, asking it about 20 times within ``seconds``. Never raises for the service.

    If it gave no answer to the first question it is asked no more, and nothing is known.
    """
    ends_at = time.monotonic() + seconds
    question = FlyerQuery(lat=lat, lng=lng, page_size=_PAGE)
    failure: UpstreamError | None = None
    feed = FlyerPage(0, ())
    try:
        feed = client.list_flyers(question, ends_at=ends_at).value or feed
    except UpstreamError as error:
        failure = error
    examiner = _Examiner(client, question, feed, ends_at)
    findings = [Finding("our key", *_judged(lambda: _key(failure)))]
    for subject, judge in examiner.subjects().items():
        if failure is None:
            findings.append(Finding(subject, *_judged(judge)))
        elif subject == "flyers/feed/" and not isinstance(failure, UpstreamRefusedError):
            findings.append(Finding(subject, *_because(failure)))
        else:
            findings.append(Finding(subject, Verdict.UNKNOWN, "not asked"))
    return findings


def _key(failure: UpstreamError | None) -> Judgement:
    if isinstance(failure, UpstreamRefusedError):
        return Verdict.MISSING, f"not accepted: {failure.reason}"
    if failure is not None:
        return Verdict.UNKNOWN, "no answer that tells"
    return Verdict.CAN, "accepted"


def _judged(judge: Callable[[], Judgement]) -> Judgement:
    try:
        return judge()
    except UpstreamError as failure:
        return _because(failure)


def _because(failure: UpstreamError) -> Judgement:
    match failure:
        case UpstreamNotFoundError():
            return Verdict.MISSING, f"not found: {failure.reason}"
        case UpstreamMalformedError() | UpstreamRefusedError():
            return Verdict.MISSING, failure.reason
        case _:
            return Verdict.UNKNOWN, f"no answer: {failure.reason}"


class _Examiner:
    """Asks about one thing after the other; ``feed`` is the first page of ``question``, without a filter."""

    def __init__(self, client: FlyerClient, question: FlyerQuery, feed: FlyerPage, ends_at: float) -> None:
        self._client = client
        self._question = question
        self._feed = feed
        self._ends_at = ends_at

    def subjects(self) -> dict[str, Callable[[], Judgement]]:
        """Return what there is to judge, in the order of the contract."""
        return {
            "flyers/feed/": self._whole_feed,
            "flyers/feed/ page_size": self._page_size,
            "flyers/feed/ page": self._page,
            "flyers/feed/ past the last page": self._past_the_end,
            "flyers/feed/ categories": lambda: self._filter("categories", _slugs),
            "flyers/feed/ search": self._search,
            "flyers/feed/ near_me, radius": self._near_me,
            "flyers/feed/ creators": lambda: self._filter("creators", lambda flyer: {flyer.creator.id}),
            "flyers/feed/ ids": lambda: self._filter("ids", lambda flyer: {flyer.id}),
            "flyers/{id}/": self._flyer,
            "flyers/{id}/ of none": lambda: self._none(self._client.get_flyer),
            "users/{id}/": self._creator,
            "users/{id}/ of none": lambda: self._none(self._client.get_creator),
            "categories/": self._categories,
            "ETag and 304": self._revalidation,
        }

    def _list(self, **changes: object) -> FlyerPage:
        question = replace(self._question, **changes)
        page = self._client.list_flyers(question, ends_at=self._ends_at).value
        if page is None:
            raise UpstreamMalformedError("304 without a question")
        return page

    def _whole_feed(self) -> Judgement:
        if self._feed.left_out:
            return Verdict.CAN, f"{self._feed.left_out} of its first {_PAGE} flyers are not fit to show"
        return Verdict.CAN, f"{self._feed.count} flyers"

    def _page_size(self) -> Judgement:
        came = len(self._feed.results) + self._feed.left_out
        if came < min(_PAGE, self._feed.count):
            return Verdict.MISSING, f"{came} flyers on a page of {_PAGE}"
        if self._feed.count < 2:
            return _TOO_FEW
        self._list(page_size=1)  # The client refuses more.
        return Verdict.CAN, f"pages of 1 and of {_PAGE}"

    def _page(self) -> Judgement:
        if self._feed.count < 2:
            return _TOO_FEW
        size = min(_PAGE, self._feed.count // 2)
        second = {flyer.id for flyer in self._list(page=2, page_size=size).results}
        if not second or second == {flyer.id for flyer in self._feed.results[:size]}:
            return Verdict.MISSING, "the second page is the first" if second else "the second page is empty"
        return Verdict.CAN, "the second page goes on"

    def _past_the_end(self) -> Judgement:
        try:
            page = self._list(page=self._feed.count + 2)
        except UpstreamNotFoundError as answer:
            return Verdict.CAN, answer.reason
        if page.results:
            return Verdict.MISSING, "flyers on a page that is not there"
        return Verdict.CAN, "an empty page"

    def _filter(self, name: str, values_of: Callable[[Flyer], Collection[object]]) -> Judgement:
        """Judge a filter by the two values that the fewest flyers have, or by one if two leave nobody out."""
        shown = [frozenset(values) for flyer in self._feed.results if (values := values_of(flyer))]
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
            return (
                Verdict.MISSING,
                f"flyers are not found that the feed shows, by {len(wanted)} values at once",
            )
        return self._fewer(page)

    def _search(self) -> Judgement:
        if not self._feed.count:
            return _TOO_FEW
        if self._list(search=_NONSENSE).count >= self._feed.count:
            return Verdict.MISSING, "a word that nobody uses finds every flyer"
        words = [word for flyer in self._feed.results for word in re.findall(r"\w+", flyer.title)]
        if not words:
            return Verdict.UNKNOWN, "no flyer has a title"
        if not self._list(search=max(words, key=len)).count:
            return Verdict.MISSING, "a word of a title finds no flyer"
        return Verdict.CAN, "a word of a title finds flyers, and one that nobody uses fewer"

    def _near_me(self) -> Judgement:
        places = [(flyer.location.lat, flyer.location.lng) for flyer in self._feed.results]
        distances = (distance_km(places[0], place) for place in places[1:])
        nearest = min((distance for distance in distances if distance >= _MIN_KM), default=None)
        if nearest is None:
            return _TOO_ALIKE
        lat, lng = places[0]
        page = self._list(lat=lat, lng=lng, near_me=True, radius=min(nearest / 2, _MAX_RADIUS_KM))
        if not page.results:
            return Verdict.MISSING, "a flyer is not found at its own place"
        return self._fewer(page)

    def _fewer(self, page: FlyerPage) -> Judgement:
        if page.count >= self._feed.count:
            return Verdict.MISSING, "as many flyers as without it"
        return Verdict.CAN, f"{page.count} of {self._feed.count} flyers"

    def _flyer(self) -> Judgement:
        if not self._feed.results:
            return _TOO_FEW
        self._client.get_flyer(self._feed.results[0].id, ends_at=self._ends_at)
        return Verdict.CAN, "a flyer of the feed"

    def _creator(self) -> Judgement:
        if not self._feed.results:
            return _TOO_FEW
        self._client.get_creator(self._feed.results[0].creator.id, ends_at=self._ends_at)
        return Verdict.CAN, "the creator of a flyer"

    def _none(self, get: Callable[..., object]) -> Judgement:
        try:
            get(_NO_SUCH_ID, ends_at=self._ends_at)
        except UpstreamNotFoundError as answer:
            return Verdict.CAN, answer.reason
        return Verdict.UNKNOWN, f"there is one with the id {_NO_SUCH_ID}"

    def _categories(self) -> Judgement:
        categories = self._client.list_categories(ends_at=self._ends_at).value
        return Verdict.CAN, f"{len(categories or ())} categories"

    def _revalidation(self) -> Judgement:
        etag = self._client.list_categories(ends_at=self._ends_at).etag
        if etag is None:
            return Verdict.NOT_OFFERED, "no ETag: what has not changed is sent again"
        if self._client.list_categories(ends_at=self._ends_at, etag=etag).value is not None:
            return Verdict.NOT_OFFERED, "an ETag, and never a 304: what has not changed is sent again"
        return Verdict.CAN, "what has not changed is not sent again"


_TOO_FEW: Final = (Verdict.UNKNOWN, "the feed shows too few flyers")
_TOO_ALIKE: Final = (Verdict.UNKNOWN, "the flyers of the feed are too few or too alike")


def _slugs(flyer: Flyer) -> set[str]:
    """Return those categories of a flyer that anybody can ask for."""
    return set(filter(_SLUG.fullmatch, flyer.categories))
