"""The bundled upstream services for demos and tests: a process of its own, a port a service."""
