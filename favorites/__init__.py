"""favorites: what a person keeps (favorites, follows, the shared list): the whole local store. It knows no upstream."""
