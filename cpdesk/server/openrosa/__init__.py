"""OpenRosa on the district server: phones with ODK Collect, and Enketo, fill the same forms into the same records."""
