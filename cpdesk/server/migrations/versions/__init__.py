"""The migrations, one file for each version of the schema; written out, so that each stays what it is."""
