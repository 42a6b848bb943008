"""Rules of people: what they ask for, at which hours, and which alerts match them."""
