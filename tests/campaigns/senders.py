"""Patients who all press "Sign and send" at the same moment, and what each of them was told."""

import http.client
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from uuid import UUID

from intake.domain.answers import Answers
from serving import Answered, Product

_REFERENCE = re.compile(r"Your reference is <strong[^>]*>([^<]+)</strong>")
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')

TYPED_NAME = "Pat Doe"


class NotTaken(Exception):
    """A form was sent to a product that runs, and not acknowledged."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form with everything answered, and the token that opens it. ``sent`` is what must arrive."""

    id: UUID
    token: str
    answers: Answers
    sent: Answers


@dataclass(slots=True)
class Burst:
    """What became of the forms of one burst."""

    # Told "We got your answers"; the reference is empty where only the redirect to that page arrived.
    acknowledged: dict[UUID, str] = field(default_factory=dict)
    # Sent, and no answer came back.
    unknown: list[Form] = field(default_factory=list)
    # Never sent: nobody was there any more.
    untouched: list[Form] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)


class Senders:
    """Browsers on one product. Their pages stay good when the product is started again."""

    def __init__(self, product: Product, form: Form) -> None:
        self.product = product
        page = product.ask("/sign", cookies={"intake_patient": form.token})
        token = _TOKEN.search(page.text)
        assert page.status == 200 and token, f"the form is not ready to be signed: {page.status}"
        self._csrf, self._cookies = token[1], page.cookies

    def send(self, form: Form) -> str:
        """Sign and send one form; the reference it was given. Raises NotTaken."""
        if not was_taken(answered := self.press(form)):
            raise NotTaken(f"form {form.id}: sending it was answered {answered.status} {answered.location}")
        page = self._page_after_sending(form)
        if not (reference := _reference_on(page)):
            raise NotTaken(f"form {form.id}: after sending, /sent was {page.status} {page.location}")
        return reference

    def burst(self, forms: list[Form], browsers: int) -> "Sending":
        """Send all of them, from several browsers at a time, until done or nobody answers."""
        return Sending(self, forms, browsers)

    def try_to_send(self, form: Form, burst: Burst) -> bool:
        """Send one, and note what came of it; false once nobody answers."""
        try:
            answered = self.press(form)
        except ConnectionRefusedError:
            burst.untouched.append(form)
            return False
        except (OSError, http.client.HTTPException):
            burst.unknown.append(form)
            return False
        if not was_taken(answered):
            burst.surprises.append(f"form {form.id}: sending it was answered {answered.status}")
            burst.unknown.append(form)
            return True
        burst.acknowledged[form.id] = ""
        try:
            burst.acknowledged[form.id] = _reference_on(self._page_after_sending(form))
        except (OSError, http.client.HTTPException):
            return False
        if not burst.acknowledged[form.id]:
            burst.surprises.append(f"form {form.id}: no reference on the page after sending")
        return True

    def press(self, form: Form) -> Answered:
        """Press "Sign and send" once; whatever comes back."""
        return self.press_on(form, "/sign", [("agree", "y"), ("typed_name", TYPED_NAME)])

    def press_on(self, form: Form, path: str, fields: Sequence[tuple[str, str]]) -> Answered:
        """Press the button of any page of the form once."""
        return self.product.ask(path, [("csrf_token", self._csrf), *fields], self._carried(form))

    def _page_after_sending(self, form: Form) -> Answered:
        return self.product.ask("/sent", cookies=self._carried(form))

    def _carried(self, form: Form) -> Mapping[str, str]:
        return {**self._cookies, "intake_patient": form.token}


class Sending:
    """A burst while it lasts."""

    def __init__(self, senders: Senders, forms: list[Form], browsers: int) -> None:
        self.burst = Burst()
        self._senders = senders
        self._waiting: SimpleQueue[Form] = SimpleQueue()
        for form in forms:
            self._waiting.put(form)
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(browsers)]
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        """Whether every browser has stopped."""
        return not any(thread.is_alive() for thread in self._threads)

    def ended(self) -> Burst:
        """What came of every form, once the browsers have stopped."""
        for thread in self._threads:
            thread.join(timeout=60)
        assert self.is_over, "a browser still waits for an answer"
        while not self._waiting.empty():
            self.burst.untouched.append(self._waiting.get())
        return self.burst

    def _send(self) -> None:
        while True:
            try:
                form = self._waiting.get_nowait()
            except Empty:
                return
            if not self._senders.try_to_send(form, self.burst):
                return


def _reference_on(page: Answered) -> str:
    found = _REFERENCE.search(page.text)
    return found[1] if found else ""


def was_taken(answered: Answered) -> bool:
    """Whether this is a thanks: the way to the page that says so."""
    return answered.status == 303 and answered.location.endswith("/sent")
