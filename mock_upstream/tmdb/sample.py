"""The sample, composed from ``words/*.toml``; the same for everybody on one day.

240 movies and 70 shows. Every show has the id of a movie. What tests can count on, by id:

* ``id % 25 == 0``: to come, counted from today, without votes; ``id % 8 == 3``: not translated;
* ``id % 12 == 11``: a movie that was released in its own countries alone; ``id % 11 == 6``: nowhere to be watched;
* ``id % 7 == 0``: no videos; ``id % 10 == 3``: no imdb_id; ``words/traps.toml``: titles that are odd in one way each.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any

from mock_upstream.readers import as_javascript, trapped
from mock_upstream.tmdb.families import FAMILIES, TRAPS, WORLD, Family, Words
from mock_upstream.tmdb.titles import Person, Providers, Title, Titles, path_of

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
            titles[number] = _title(kind, number, family, words, place, today, chance)
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
    texts = _texts(family, words, place, chance)
    if number % 8 == 3:
        texts = {language: {**texts.get(language, texts["en"]), "tagline": ""}}
    if words.language:
        texts[language] = {**texts.get(language, {}), "name": words.original}
    popularity = round(min(8 * chance.paretovariate(1.3), 2500), 3)
    year = max(NEWEST_YEAR - int(chance.expovariate(1 / 12)), 1948)
    released = date(year, 1, 1) + timedelta(days=chance.randrange(365))
    average = round(min(max(chance.gauss(6.6, 0.9), 3.1), 9.1), 1)
    votes = int(popularity * chance.uniform(3, 60))
    if number % 25 == 0:
        released, average, votes = today + timedelta(days=chance.randint(30, 200)), 0, 0
    first, *more = family.movie_genres if kind == "movie" else family.tv_genres
    country = chance.choice(WORLD.languages[language][2])
    team = chance.sample(PEOPLE, chance.randint(4, MOST_OF_THE_CAST) + len(WORLD.jobs))
    date_name = "release_date" if kind == "movie" else "first_air_date"
    facts: dict[str, Any] = {
        "original_language": language,
        "poster_path": path_of(kind, number, "poster"),
        "backdrop_path": path_of(kind, number, "backdrop"),
        "genre_ids": [first, *chance.sample(more, chance.randint(0, len(more)))],
        "origin_country": [country],
        "popularity": popularity,
        "vote_average": as_javascript(average),
        "vote_count": votes,
        date_name: released.isoformat(),
        "runtime": chance.randint(78, 164) if kind == "movie" else chance.choice((25, 45, 50)),
        "revenue": int(popularity * chance.randint(10_000, 900_000)) * (number % 25 != 0),
        "adult": False,
        "video": False,
    }
    facts = trapped(facts, TRAPS[kind].get(str(number), {}))
    is_out = "" < (facts.get(date_name) or "") <= today.isoformat()
    if kind == "movie":
        facts["status"] = "Released" if is_out else "Post Production"
    else:  # one show of three goes on
        facts["status"] = "In Production" if not is_out else "Ended" if number % 3 else "Returning Series"
    return Title(
        kind=kind,
        id=number,
        motif=family.motif,
        texts=texts,
        facts=facts,
        cast=tuple((person, chance.choice(WORLD.characters)) for person in team[len(WORLD.jobs) :]),
        crew=tuple((person, *job) for person, job in zip(team, WORLD.jobs, strict=False)),
        providers={} if number % 11 == 6 else _providers(chance),
        only_in=(country,) if kind == "movie" and number % 12 == 11 else (),
    )


def _texts(family: Family, words: Words, place: str, chance: Random) -> dict[str, dict[str, str]]:
    """Write a name, an overview and often a tagline, in both languages."""
    hero, turn, stake = (chance.choice(table) for table in (family.heroes, family.turns, family.stakes))
    tagline = chance.choice(WORLD.taglines)
    taglines = tagline if chance.random() < 0.7 else ("", "")
    return {
        language: {
            "name": words[order],
            "overview": f"{at} {place}, {hero[order][0].lower()}{hero[order][1:]} {turn[order]}. {stake[order]}",
            "tagline": taglines[order],
        }
        for order, (language, at) in enumerate((("en", "In"), ("es", "En")))
    }


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
