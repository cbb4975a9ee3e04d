"""The sample, composed from ``words/*.toml``; the same for everybody on one day.

240 movies and 70 shows. Every show has the id of a movie. What tests can count on, by id:

* ``id % 25 == 0``: to come, counted from today, without votes; ``id % 8 == 3``: not translated;
* ``id % 12 == 11``: a movie that was released in its own countries alone; ``id % 11 == 6``: nowhere to be watched;
* ``id % 7 == 0``: no videos; ``id % 10 == 3``: no imdb_id; ``words/traps.toml``: titles that are odd in one way each.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from random import Random

from mock_upstream.tmdb.families import FAMILIES, TAGLINES, TRAPS, WORLD, Family, Words
from mock_upstream.tmdb.titles import Person, Providers, Title, Titles

FIRST_ID = 601
FIRST_PERSON = 5001
NEWEST_YEAR = 2025
MOST_OF_THE_CAST = 24

PEOPLE = tuple(
    Person(FIRST_PERSON + number, f"{first} {last}", gender)
    for number, ((first, gender), last) in enumerate(product(WORLD.first_names, WORLD.last_names))
)


@lru_cache(maxsize=2)
def compose(today: date) -> Titles:
    """Return the sample as it stands on a day (UTC)."""
    chance = Random("tmdb")
    sample: dict[str, dict[int, Title]] = {"movie": {}, "tv": {}}
    for kind, titles in sample.items():
        drafts = [(family, *named) for family in FAMILIES for named in _named(family, kind, chance)]
        chance.shuffle(drafts)
        for number, (family, words, place) in enumerate(drafts, start=FIRST_ID):
            title = _title(kind, number, family, words, place, today, chance)
            titles[number] = replace(title, **TRAPS.get((kind, number), {}))
    return sample


def _named(family: Family, kind: str, chance: Random) -> Iterator[tuple[Words, str]]:
    """Yield what the titles of a family are called, as written or by a pattern, and where each takes place."""
    movie = kind == "movie"
    for words in family.movies if movie else family.shows:
        yield words, chance.choice(WORLD.places)
    for pattern in family.movie_patterns if movie else family.show_patterns:
        for place in chance.sample(WORLD.places, 2 if movie else 1):
            yield Words(pattern.en.format(place), pattern.es.format(place)), place


def _title(
    kind: str, number: int, family: Family, words: Words, place: str, today: date, chance: Random
) -> Title:
    language = words.language or chance.choice(("en", "en", "en", "es"))
    hero, turn, stake = (chance.choice(table) for table in (family.heroes, family.turns, family.stakes))
    names = {"en": words.en, "es": words.es} | ({language: words.original} if words.language else {})
    overviews = {
        "en": f"In {place}, {hero.en[0].lower()}{hero.en[1:]} {turn.en}. {stake.en}",
        "es": f"En {place}, {hero.es[0].lower()}{hero.es[1:]} {turn.es}. {stake.es}",
    }
    tagline = chance.choice(TAGLINES)
    taglines = {"en": tagline.en, "es": tagline.es} if chance.random() < 0.7 else {}
    if number % 8 == 3:
        names = {language: names[language]}
        overviews = {language: overviews.get(language, overviews["en"])}
        taglines = {}
    popularity = round(min(8 * chance.paretovariate(1.3), 2500), 3)
    year = max(NEWEST_YEAR - int(chance.expovariate(1 / 12)), 1948)
    released = date(year, 1, 1) + timedelta(days=chance.randrange(365))
    average, votes = (
        round(min(max(chance.gauss(6.6, 0.9), 3.1), 9.1), 1),
        int(popularity * chance.uniform(3, 60)),
    )
    if number % 25 == 0:
        released, average, votes = today + timedelta(days=chance.randint(30, 200)), 0.0, 0
    first, *more = family.movie_genres if kind == "movie" else family.tv_genres
    country = chance.choice(WORLD.languages[language][2])
    team = chance.sample(PEOPLE, chance.randint(4, MOST_OF_THE_CAST) + len(WORLD.jobs))
    return Title(
        kind=kind,
        id=number,
        motif=family.motif,
        language=language,
        names=names,
        overviews=overviews,
        taglines=taglines,
        date=released,
        genres=(first, *chance.sample(more, chance.randint(0, len(more)))),
        countries=(country,),
        popularity=popularity,
        vote_average=average,
        vote_count=votes,
        runtime=chance.randint(78, 164) if kind == "movie" else chance.choice((25, 45, 50)),
        revenue=int(popularity * chance.randint(10_000, 900_000)),
        cast=tuple((person, chance.choice(WORLD.characters)) for person in team[len(WORLD.jobs) :]),
        crew=tuple((person, *job) for person, job in zip(team, WORLD.jobs, strict=False)),
        providers={} if number % 11 == 6 else _providers(chance),
        only_in=(country,) if kind == "movie" and number % 12 == 11 else (),
    )


def _providers(chance: Random) -> Providers:
    """Choose where a title can be watched; a region or a way that has nothing is missing."""
    ways = {"flatrate": 0.7, "rent": 0.5, "buy": 0.4, "ads": 0.2, "free": 0.1}
    numbers = range(1, len(WORLD.providers) + 1)
    regions = {
        region: {
            way: tuple(chance.sample(numbers, 2)) for way, share in ways.items() if chance.random() < share
        }
        for region in WORLD.regions
        if chance.random() < 0.75
    }
    return {region: there for region, there in regions.items() if there}
