"""Prices, subsidies and carbon."""
