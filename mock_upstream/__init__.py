"""mock_upstream: the bundled flyer service for demos and tests. It runs apart; no other room imports it."""
