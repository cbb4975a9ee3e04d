"""The stand-in for FakeStore: its API, its sample and its pictures."""
