"""The desk at which a day's reports become evidence: one passage at a time, and what may be done with it."""
