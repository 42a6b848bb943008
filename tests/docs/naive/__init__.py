"""The method a second time: docs/methodology.md as plain loops, without numpy and without our own code.

Every intermediate number is kept under the name that the document gives it.
"""
