"""The stand-in for TMDb: its API, its sample and its pictures."""
