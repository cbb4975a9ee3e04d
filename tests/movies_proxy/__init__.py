"""Movies and TV, from the public routes to the wire of TMDb."""
