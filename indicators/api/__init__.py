"""Read-only endpoints: the Framework, methods, scores, evidence, series."""
