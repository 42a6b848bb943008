"""What a text names and what it may speak of: pure, values in and values out."""
