"""Clients of upstream services: everything that leaves this process over HTTP."""
