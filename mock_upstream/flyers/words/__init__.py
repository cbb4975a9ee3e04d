"""Every theme that the sample is composed of."""

from mock_upstream.flyers.words.culture import CULTURE
from mock_upstream.flyers.words.events import EVENTS
from mock_upstream.flyers.words.family import FAMILY
from mock_upstream.flyers.words.food import FOOD
from mock_upstream.flyers.words.music import MUSIC
from mock_upstream.flyers.words.nightlife import NIGHTLIFE
from mock_upstream.flyers.words.services import SERVICES
from mock_upstream.flyers.words.sports import SPORTS

THEMES = (EVENTS, NIGHTLIFE, MUSIC, FOOD, CULTURE, SPORTS, SERVICES, FAMILY)
