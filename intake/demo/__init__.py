"""Invented people who have filled in the form, for trying the product out and for its tests."""
