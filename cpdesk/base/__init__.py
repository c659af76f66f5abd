"""Ground floor: errors, texts, tables, paths, clock, ids. Knows nothing of surveys."""
