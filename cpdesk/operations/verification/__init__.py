"""The built-in validation: the program held against published figures and against its own promises."""
