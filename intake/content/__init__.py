"""From the YAML files a clinic reviews to domain objects, with errors that name the line."""
