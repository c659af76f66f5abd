"""Files of the office: village registers in, ledgers out."""
