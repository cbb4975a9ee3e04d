"""movies_proxy: movies and shows of TMDb, forwarded, shaped and marked. It owns no tables and knows no people."""
