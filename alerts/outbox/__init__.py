"""Deliveries: sent one by one, gathered into digests, put back, and what did not arrive."""
