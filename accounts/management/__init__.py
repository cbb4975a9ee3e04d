"""accounts: what an operator does from the command line."""
