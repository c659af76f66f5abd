"""The form engine against the public conformance corpora of ODK Web Forms and JavaRosa."""
