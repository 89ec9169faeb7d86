"""The clinic's site: the queue, reading a form, acknowledging, signing off, and accounts."""
