"""security: the running service as somebody sees it who means harm. It knows HTTP and sockets, and none of our functions."""
