"""Every theme that the sample is composed of."""

from mock_upstream.words.culture import CULTURE
from mock_upstream.words.events import EVENTS
from mock_upstream.words.family import FAMILY
from mock_upstream.words.food import FOOD
from mock_upstream.words.music import MUSIC
from mock_upstream.words.nightlife import NIGHTLIFE
from mock_upstream.words.services import SERVICES
from mock_upstream.words.sports import SPORTS

THEMES = (EVENTS, NIGHTLIFE, MUSIC, FOOD, CULTURE, SPORTS, SERVICES, FAMILY)
