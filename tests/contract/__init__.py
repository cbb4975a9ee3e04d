"""Tests of the running service by tools that know its published schema and nothing else."""
