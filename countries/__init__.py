"""Countries: the reference table, its codes and names."""
