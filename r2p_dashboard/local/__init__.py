"""What `make run` needs on one machine: servers, mailbox, worker, beat and web, started and stopped together."""
