"""Signals, alerts, subscriptions and deliveries: from a change of level to a mail that arrived."""
