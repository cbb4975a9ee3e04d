"""benchmarks: `make bench`. It measures the service from outside, beside floors on the same server."""
