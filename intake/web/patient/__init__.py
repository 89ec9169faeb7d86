"""The site where patients answer: it can seal what they say, and never open it again."""
