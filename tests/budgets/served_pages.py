"""The product as it is served, with a form at each step, for somebody who looks at its pages from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.wrappers import Response

from intake.services import answering
from intake.services.clinic import open_patient_desk
from sending import PAT, fill_in
from serving import Product
from web.looking import served


@dataclass(frozen=True, slots=True)
class Address:
    """A page to look at: what it is, where, and the cookie of whose it is."""

    name: str
    address: str
    cookie: str = ""


@contextmanager
def served_pages(folder: Path) -> Iterator[list[Address]]:
    """`intake serve` in a process of its own on a new instance: six pages of it."""
    with Product(folder) as product:
        desk = open_patient_desk(product.settings)
        listing = "takes_medicines: yes"
        open_form, sent = (f"intake_patient={fill_in(desk, f'{PAT}, {listing}')}" for _ in range(2))
        answering.send(desk, sent.partition("=")[2], "Pat Doe")
        questionnaire = desk.library.questionnaire
        desk.database.dispose()
        places = {
            page.id: f"/f/{part_number}/{number}"
            for part_number, part in enumerate(questionnaire.parts, start=1)
            for number, page in enumerate(part.pages, start=1)
        }
        root = product.settings.public_address
        yield [
            Address("Start", f"{root}/"),
            Address("A question", f"{root}{places['heart_conditions']}", open_form),
            Address("Medicines", f"{root}{places['medicines']}", open_form),
            Address("Check your answers", f"{root}/check", open_form),
            Address("We got your answers", f"{root}/sent", sent),
            Address("Sign in (clinic)", f"{product.settings.clinic_side}/sign-in"),
        ]


_WITHOUT_LANGUAGE = (
    "<!doctype html><html><head><title>t</title><meta name=viewport content='width=device-width'></head>"
    "<body><main><h1>Heading</h1><img src=/picture.svg><p>Words</p></main>"
    "<script>for (const end = performance.now() + 2500; performance.now() < end;);</script></body></html>"
)


@contextmanager
def planted_page() -> Iterator[Address]:
    """The control: a page that says no language, with a picture without words and a slow script."""
    with served(Response(_WITHOUT_LANGUAGE, content_type="text/html")) as root:
        yield Address("planted", f"{root}/")
