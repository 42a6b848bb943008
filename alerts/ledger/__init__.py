"""From a warning to what came of it: ours and those of others, as a reader may see it."""
