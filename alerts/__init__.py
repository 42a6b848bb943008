"""Signals, alerts, deliveries and responses; empty until the issue that brings them."""
