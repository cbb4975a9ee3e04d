"""Attacks on the running service, over HTTP and sockets."""
