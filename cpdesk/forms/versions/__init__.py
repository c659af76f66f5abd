"""Two versions of a form side by side: which question is which, and what becomes of an answer."""
