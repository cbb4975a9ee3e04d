"""Calls about carts, and what is read of their answers."""

from carts.models import Cart, Line

CARTS = "/api/v1/carts/"


def lines(**quantities):
    """Return lines as bodies have them: ``p7=2`` are two of product 7."""
    return [{"product_id": int(name[1:]), "quantity": quantity} for name, quantity in quantities.items()]


def make(client, **quantities):
    """Make a cart of these, and return its address."""
    answer = client.post(CARTS, {"lines": lines(**quantities)})
    assert answer.status_code == 201, answer.content
    return f"{CARTS}{answer.json()['id']}/"


def content(answer):
    """Return quantities by product, in the order of the lines."""
    assert answer.status_code in {200, 201}, answer.content
    return {line["product_id"]: line["quantity"] for line in answer.json()["lines"]}


def refusal(answer):
    """Return status, code and the places of a failure."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], list(error["details"])


def stored():
    """Return all that is stored of carts, to see that nothing has changed."""
    return list(Cart.objects.order_by("pk").values()), list(Line.objects.order_by("pk").values())


def fill(user, *product_ids, quantity=1):
    """Store a cart of these without asking the store, and return it."""
    cart = Cart.objects.create(user=user)
    Line.objects.bulk_create(
        Line(cart=cart, product_id=id_, quantity=quantity, title=f"Old {id_}", price_then="5.00")
        for id_ in product_ids
    )
    return cart
