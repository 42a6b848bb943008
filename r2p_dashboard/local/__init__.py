"""What `make run` needs on one machine: servers, worker, beat and web, started and stopped together."""
