"""Looking over an XLSForm before it is published: every finding names sheet, row and column, and what to do."""
