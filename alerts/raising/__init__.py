"""From a signal to an alert in plain words that waits for release."""
