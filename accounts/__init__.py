"""Who a caller is: people, their passwords and their sessions."""
