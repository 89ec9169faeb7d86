"""A browser that reaches the product as every browser does: over a connection, to a process of its own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from journeys.visitor import Visitor
from serving import Answered, Product


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came over the connection, in the form in which a :class:`Visitor` looks at it."""

    answered: Answered

    @property
    def status_code(self) -> int:
        return self.answered.status

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Location": self.answered.location}

    def get_data(self, *, as_text: bool) -> str:
        assert as_text, "nobody here reads bytes"
        return self.answered.text


class Wire:
    """Connections to one product, and the cookies it gave."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.cookies: dict[str, str] = {}

    @contextmanager
    def open(
        self, path: str, *, method: str, base_url: str, data: Mapping[str, Sequence[str]] | None
    ) -> Iterator[Arrived]:
        """Ask for a page, or send a form."""
        fields = [(name, value) for name, values in (data or {}).items() for value in values]
        answered = self.product.ask(path, fields if method == "POST" else None, self.cookies)
        self.cookies |= answered.cookies
        yield Arrived(answered)


def browser_for(product: Product) -> Visitor:
    """A browser for either site of a running product."""
    return Visitor(Wire(product), product.settings.public_address)  # type: ignore[arg-type]  # all it asks of a client
