"""The audit of one household, and what stands beside it so that people can trust it."""
