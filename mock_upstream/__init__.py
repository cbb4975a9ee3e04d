"""The bundled flyer service for demos and tests: a process of its own."""
