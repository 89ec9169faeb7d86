"""Each step, in sequence."""
