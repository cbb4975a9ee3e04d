"""Documents of FakeStore, recorded by hand, whose fields can be replaced, added, and left out (``MISSING``)."""

MISSING = object()

# As they come, with the store's own spelling, its apostrophes and the blank at the end of a title.
CATEGORIES = ["electronics", "jewelery", "men's clothing", "women's clothing"]
PRODUCTS = """[
{"id":1,"title":"Fjallraven - Foldsack No. 1 Backpack, Fits 15 Laptops","price":109.95,
 "description":"Your perfect pack for everyday use and walks in the forest.","category":"men's clothing",
 "image":"https://fakestoreapi.com/img/81fPKd-2AYL._AC_SL1500_.jpg","rating":{"rate":3.9,"count":120}},
{"id":5,"title":"John Hardy Women's Legends Naga Gold & Silver Dragon Station Chain Bracelet","price":695,
 "description":"From our Legends Collection, the Naga was inspired by the mythical water dragon.",
 "category":"jewelery","image":"https://fakestoreapi.com/img/71pWzhdJNwL._AC_UL640_QL65_ML3_t.png",
 "rating":{"rate":4.6,"count":400}},
{"id":14,"title":"Samsung 49-Inch CHG90 144Hz Curved Gaming Monitor \\u2013 Super Ultrawide Screen QLED ","price":999.99,
 "description":"49 INCH SUPER ULTRAWIDE 32:9 CURVED GAMING MONITOR","category":"electronics",
 "image":"https://fakestoreapi.com/img/81Zt42ioCgL._AC_SX679_.jpg"}
]"""
CONNECTION_TIMED_OUT = (
    "<!DOCTYPE html>\n<html><head><title>fakestoreapi.com | 522: Connection timed out</title></head>"
    "<body><h1>Connection timed out <span>Error code 522</span></h1></body></html>"
)
BLOCKED = (
    "<!DOCTYPE html>\n<html><head><title>Attention Required! | Cloudflare</title></head>"
    "<body><h1>Sorry, you have been blocked</h1></body></html>"
)


def product(product_id=7, **fields):
    document = {
        "id": product_id,
        "title": "White Gold Plated Princess",
        "price": 9.99,
        "description": "Classic Created Wedding Engagement Solitaire Diamond Promise Ring.",
        "category": "jewelery",
        "image": "https://fakestoreapi.com/img/71YAIFU48IL._AC_UL640_QL65_ML3_.jpg",
        "rating": {"rate": 3, "count": 400},
    } | fields
    return {name: value for name, value in document.items() if value is not MISSING}
