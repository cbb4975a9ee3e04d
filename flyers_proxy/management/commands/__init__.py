"""flyers_proxy: one command a file."""
