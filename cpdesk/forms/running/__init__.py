"""One filled form at work: its nodes, what an answer sets off, what is wrong, what is said."""
