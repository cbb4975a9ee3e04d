"""Benchmarks: `make bench` measures the service from outside, beside floors on the same server."""
