"""Every family that the sample is composed of."""

from mock_upstream.tmdb.words.dark import CRIME, HORROR, SCIENCE
from mock_upstream.tmdb.words.light import COMEDY, HOUSEHOLD, ROMANCE
from mock_upstream.tmdb.words.true import DRAMA, HISTORY, STAGE
from mock_upstream.tmdb.words.wide import ADVENTURE

FAMILIES = (DRAMA, COMEDY, CRIME, SCIENCE, HORROR, ROMANCE, HOUSEHOLD, ADVENTURE, HISTORY, STAGE)
