"""Many houses together: the stock of a village, its totals, and the best use of a budget."""
