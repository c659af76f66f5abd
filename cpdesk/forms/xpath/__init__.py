"""XPath 1.0 with the ODK functions, compiled once to closures over the node tree of `forms.tree`."""
