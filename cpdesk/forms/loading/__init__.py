"""From the XML of a form to its definition: controls, texts, and which rule reads what, in which order."""
