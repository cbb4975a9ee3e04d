"""accounts: who a caller is: people, their passwords and their signed-in devices. It knows no flyers."""
