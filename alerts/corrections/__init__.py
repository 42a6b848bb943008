"""Who is owed a correction, and how it reaches everybody who got what it is about."""
