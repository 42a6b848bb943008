"""A machine signals, a person warns: what publishers do with drafts and with what was sent. One verb a module."""
