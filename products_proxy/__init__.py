"""products_proxy: a store's products, forwarded, shaped and marked. It owns no tables and knows no people."""
