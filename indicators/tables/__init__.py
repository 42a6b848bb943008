"""Tables that people send: bytes to rows, cells to values, each fault with line, column, found and wanted. Pure."""
