"""Reports: sources, what was received from them, and the passages in it."""
