"""The service's own password hasher at next to no cost, for tests of something else."""

from accounts.passwords import BoundedArgon2


class QuickArgon2(BoundedArgon2):
    memory_cost = 8
    time_cost = 1
