"""How many warnings, how fast, how many unanswered, and what followed them."""
