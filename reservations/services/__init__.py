"""What can be done with reservations, and how it stays true."""
