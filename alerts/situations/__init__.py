"""Threads of alerts, the catalogue of measures, and the levers that come."""
