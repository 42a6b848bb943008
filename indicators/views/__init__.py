"""Pages of the Framework, its evidence and the method."""
