"""The clients room: everything that leaves this process over HTTP. It knows no Django and no other room."""
