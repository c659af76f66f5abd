"""What a person can do at the desk, one function each. The first parameter is the Context; what changed is returned."""
