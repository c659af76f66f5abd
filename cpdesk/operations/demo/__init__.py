"""A made-up village for demonstrations, pictures of the program and benchmarks. Nobody in it exists."""
