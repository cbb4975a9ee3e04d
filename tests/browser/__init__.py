"""tests: the example app in a real browser. The API is only met over HTTP, from another origin."""
