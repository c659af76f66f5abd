"""People of the district server: who may do what, what is masked for whom, what is erased, what was done."""
