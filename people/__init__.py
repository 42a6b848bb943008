"""People, their one role each, and what it grants."""
