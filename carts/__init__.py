"""carts: what people are about to buy. It stands on the catalog of products."""
