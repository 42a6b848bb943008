"""Search over all that a reader may see: countries, indicators, evidence, alerts. Mistypings are forgiven."""
