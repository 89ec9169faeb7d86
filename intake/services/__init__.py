"""One function for each thing a person can do, each in one transaction."""
