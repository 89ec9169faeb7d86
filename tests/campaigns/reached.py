"""Which views of a site a request came to: past its door, and into the page's own code.

Only the innermost function of each page is counted, behind whatever guards it (``web/guard.py`` and what a
site puts around its own views).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, request

View = Callable[..., Any]


class Reached:
    """The pages whose own code ran since ``clear``, with the method they were asked by."""

    def __init__(self) -> None:
        self.lately: set[tuple[str, str]] = set()

    def follow(self, site: Flask) -> None:
        """Count every view of a site from now on."""
        for endpoint, view in list(site.view_functions.items()):
            outer: View | None = None
            inner: View = view
            while hasattr(inner, "__wrapped__"):
                outer, inner = inner, inner.__wrapped__
            counted = self._counted(endpoint, inner)
            if outer is None:
                site.view_functions[endpoint] = counted
                continue
            held = [cell.cell_contents for cell in outer.__closure__ or ()]
            if any(getattr(one, "__wrapped__", None) is inner for one in held):
                continue  # another address of the same page
            (outer.__closure__ or ())[held.index(inner)].cell_contents = counted

    def _counted(self, endpoint: str, view: View) -> View:
        @wraps(view)
        def counted(*arguments: Any, **named: Any) -> Any:
            self.lately.add((request.endpoint or endpoint, request.method))
            return view(*arguments, **named)

        return counted
