"""The keys a running site works with: those that stand in its key file now.

Asked once for each request, which is one look at the file while nothing changed. So a new key is taken
into use without a restart, and nothing is sealed to one that took its leave.
"""

from typing import TypeVar

from intake.services.site import Site
from intake.storage.keyring import as_they_are_now

_Site = TypeVar("_Site", bound=Site)


def with_keys_in_use(site: _Site) -> _Site:
    """The same site with the keys of now."""
    keys = as_they_are_now(site.keys)
    return site if keys is site.keys else site.with_keys(keys)
