"""The outdoor year: weather by the hour, the sun and the sky."""
