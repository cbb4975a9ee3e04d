"""flyers_proxy: flyer reads, forwarded, shaped and marked. It owns no tables and knows no people."""
