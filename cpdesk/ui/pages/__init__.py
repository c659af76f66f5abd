"""One module a page. A page shows views and emits what a person did; it calls nothing."""
