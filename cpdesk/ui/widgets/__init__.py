"""The toolkit: controls that follow theme, language and keyboard, and painted parts for figures."""
