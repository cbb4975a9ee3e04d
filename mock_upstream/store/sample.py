"""The products, put together from ``words/*.toml``; always the same, and each with a picture.

128 products in eight categories, with ids from 1 on. ``words/traps.toml``: products that are odd in one way each.
"""

from random import Random
from typing import Any

from mock_upstream.lettering import poster
from mock_upstream.motifs import HEIGHT
from mock_upstream.readers import as_javascript, read_data, trapped

NAMES = ("kitchen", "lighting", "garden", "stationery", "outdoors", "toys", "sound", "household")
SHELVES = [read_data(f"store/words/{name}") for name in NAMES]
TRAPS = read_data("store/words/traps")
HEIGHTS = (HEIGHT, 280)  # of a picture: the drawing, and the band of words

Product = dict[str, Any]  # by FakeStore's own names; an image is a path on this service, or what was written


def _compose() -> dict[int, Product]:
    chance, sample = Random("store"), {}
    drafts = [(shelf, row) for shelf in SHELVES for row in shelf["products"]]
    chance.shuffle(drafts)
    for number, (shelf, (title, about, price)) in enumerate(drafts, start=1):
        rate = round(min(max(chance.gauss(3.9, 0.7), 1.1), 4.9), 1)
        name = f"{number}-{chance.getrandbits(40):010x}"
        product = {
            "id": number,
            "title": title,
            "price": price,
            "description": f"{about} {chance.choice(shelf['details'])}",
            "category": shelf["category"],
            "image": f"/img/{name}_t.png" if number % 2 else f"/img/{name}._AC_SL1500_.jpg",
            "rating": {"rate": as_javascript(rate), "count": chance.randint(3, 640)},
        }
        sample[number] = trapped(product, TRAPS.get(str(number), {}))
    return sample


SAMPLE = _compose()
MOTIFS = {shelf["category"]: shelf["motif"] for shelf in SHELVES}


def picture(product: Product) -> str:
    """Draw a product of the sample, 800 by 920: its category's motif over its title."""
    number, category = product["id"], product["category"]
    words = (category.upper(), product["title"], f"No. {number}")
    return poster(MOTIFS[category], number, Random(f"product {number}"), HEIGHTS, words)
