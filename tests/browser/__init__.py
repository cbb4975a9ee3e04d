"""Tests of the example app in a real browser, which calls the API from another origin."""
