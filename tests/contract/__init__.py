"""contract: the running service, judged from outside by tools that know its published schema and nothing else."""
