"""What a person saves: favorites, follows, the shared list."""
