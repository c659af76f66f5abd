"""Reports on paper: content as data first, then laid out on A4 by reportlab."""
