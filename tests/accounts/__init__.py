"""Tests of accounts: signing up, signing in, signing out, and attacks on them."""
