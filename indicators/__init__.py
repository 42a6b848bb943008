"""The Framework, evidence, series, and the scores computed from them."""
