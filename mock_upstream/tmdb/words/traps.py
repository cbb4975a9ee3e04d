"""Titles that are odd in one way each, by kind and id: what is different from how they were composed."""

from typing import Any

TRAPS: dict[tuple[str, int], dict[str, Any]] = {
    ("movie", 607): {"date": ""},
    ("movie", 606): {"date": None},
    ("movie", 610): {"poster": False, "backdrop": False},
    ("movie", 613): {"genres": ()},  # sent as {}
    ("movie", 618): {"vote_average": 7.0},  # sent as 7
    ("movie", 621): {"overviews": {"en": "", "es": ""}},
    ("movie", 620): {"overviews": {"en": None, "es": None}},
    ("movie", 628): {"runtime": 0},
    ("movie", 631): {"runtime": None},
    ("movie", 642): {"revenue": 2_923_706_026},  # more than 2**31
    ("movie", 645): {"adult": True},
    ("movie", 646): {"video": True},
    ("tv", 601): {"date": None},
    ("tv", 604): {"date": ""},
    ("tv", 608): {"poster": False, "backdrop": False},
}
