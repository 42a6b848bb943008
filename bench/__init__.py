"""What `make bench` measures: one script a figure, each with a yardstick taken in the same run."""
