"""Why a file cannot be a logo, in words for the person who chose it."""


class LogoRefused(Exception):
    """The file cannot be a logo; the message says why, and what to do."""
