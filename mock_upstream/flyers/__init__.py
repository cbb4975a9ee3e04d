"""The flyer service: its contract, its sample and its pictures."""
