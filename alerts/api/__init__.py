"""Alerts as data."""
