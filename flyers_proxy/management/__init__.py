"""flyers_proxy: what operators can do with the cache from a shell."""
