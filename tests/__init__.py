"""Tests: sentences about the product. They replace the wire, never our own functions."""
