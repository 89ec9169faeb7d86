"""One function for each thing a person can do; each is one transaction."""
