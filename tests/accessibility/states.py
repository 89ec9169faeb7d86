"""Every kind of page in every state it can be in, walked to without a browser and kept as it was served.

A browser shows them afterwards, however they came about: a page that refuses what was typed is one more page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from copies import PASSWORD, Copy, staff
from exchanging import Exchange
from intake.domain.permissions import Role
from intake.web.clinic.site import create_clinic_site
from web.clinic.person import Person
from web.patient.visitor import Visitor


@dataclass(frozen=True, slots=True)
class State:
    """A page in one state: its name, the address it was asked at, and what came back."""

    name: str
    address: str
    status: int
    html: str

    @property
    def of_a_patient(self) -> bool:
        """Whether patients see it, or the people of the clinic."""
        return not self.name.startswith("clinic-")


class Walk:
    """Somebody's browser, and every state they saw."""

    def __init__(self, visitor: Visitor | Person, before: str = "") -> None:
        self.visitor, self.before = visitor, before
        self.states: list[State] = []

    def keep(self, name: str, status: int = 200) -> None:
        """Keep the page as it is now."""
        came = self.visitor.response
        while came.status_code == 303:
            self.visitor.follow()
            came = self.visitor.response
        assert came.status_code == status, f"{name}: {came.request.path} answered {came.status_code}"
        self.states.append(State(f"{self.before}{name}", came.request.path, status, came.text))


_KINDS = {
    "one-choice": "pregnancy",
    "many-choices": "heart_conditions",
    "words": "first_name",
    "long-words": "anything_else",
    "a-date": "date_of_birth",
    "a-number": "height",
    "a-reading": "recent_bp_reading",
    "a-scale": "gad7_1",
    "several": "takes_benzodiazepine",
}


def of_patients(copy: Copy) -> list[State]:
    """The pages around the form, one page of each kind of question, and what comes of answering them."""
    pat = Visitor(copy.desk)
    walk = Walk(pat)
    for path, name in (("/", "start"), ("/help", "help"), ("/privacy", "privacy")):
        pat.open(path)
        walk.keep(name)
    pat.open("/no-such-page")
    walk.keep("not-found", 404)
    pat.open("/")
    pat.send("/start")
    walk.keep("tasks")
    for name, question in _KINDS.items():
        pat.ask(question)
        walk.keep(name)
    _answer(pat, walk)
    _list_medicines(pat, walk)
    _finish(pat, walk)
    return walk.states


def _answer(pat: Visitor, walk: Walk) -> None:
    pat.answer(
        "date_of_birth", date_of_birth__month="June", date_of_birth__day="31", date_of_birth__year="1988"
    )
    walk.keep("error", 422)
    pat.answer("height", height__unit="ft_in", height__ft_in__0="8", height__ft_in__1="2")
    walk.keep("is-that-right")
    pat.answer("pregnancy")
    walk.keep("left-blank-once", 422)
    pat.answer("phq9_1")
    walk.keep("left-blank")
    pat.answer("recent_bp_reading", bp_reading_known="yes", recent_bp_reading__first="158")
    walk.keep("error-under-a-choice", 422)
    pat.answer("heart_conditions", heart_conditions=_opposites(pat))
    walk.keep("opposites", 422)
    pat.answer("safe_right_now", safe_right_now="no", self_harm_history="rather-not-say", homicidal="no")
    walk.keep("pause")
    pat.answer("first_name", go__later="1", first_name__words="Pat")
    walk.keep("later")


def _opposites(pat: Visitor) -> list[str]:
    """One of the choices, and the one that says there is none."""
    choices = pat.desk.library.questionnaire.question("heart_conditions").choices
    return [choices[0].id, next(one.id for one in choices if one.exclusive)]


def _list_medicines(pat: Visitor, walk: Walk) -> None:
    pat.answer("takes_medicines", takes_medicines="yes")
    pat.ask("medicines")
    walk.keep("medicines")
    pat.answer("medicines", find="1", name="sertaline", amount="50 mg")
    walk.keep("medicines-found")
    for name, amount in (("Sertraline", "50 mg"), ("Zyrtec", "10 mg")):
        pat.answer("medicines", add="1", name=name, amount=amount, how_often="once")
    walk.keep("medicines-listed")
    for button in ("change", "remove"):
        pat.ask("medicines")
        key = next(value for name, value in _buttons(pat) if name == button)
        pat.answer("medicines", **{button: key})
        walk.keep(f"medicine-{button}")


def _finish(pat: Visitor, walk: Walk) -> None:
    pat.skip_everything()
    pat.open("/check")
    walk.keep("check-something-missing")
    pat.give_name_and_number()
    pat.open("/check")
    walk.keep("check")
    pat.open("/sign")
    walk.keep("sign")
    pat.send("/sign")
    walk.keep("sign-error", 422)
    pat.send("/sign", agree="y", typed_name="Pat Doe")
    walk.keep("sent")
    pat.send("/forget")
    walk.keep("forgotten")
    pat.client.set_cookie("intake_patient", "x" * 43, domain="127.0.0.1")
    pat.open("/form")
    walk.keep("gone", 410)


def _buttons(pat: Visitor) -> Iterator[tuple[str, str]]:
    for one in pat.page.tree.iter("button"):
        yield one.get("name", ""), one.get("value", "")


def of_replies(exchange: Exchange) -> list[State]:
    """The clinic asks a patient something, and they reply."""
    pat = Visitor(exchange.desk)
    walk = Walk(pat)
    sent = exchange.asks("Is it treated now?")
    pat.open("/reply")
    walk.keep("reply-door")
    pat.send("/reply", link=sent.link, reference="HL-000-000")
    walk.keep("reply-door-error", 422)
    pat.send("/reply", link=sent.link, reference=exchange.reference)
    walk.keep("reply-question")
    return walk.states


def of_the_clinic(exchange: Exchange) -> list[State]:
    """The pages that the people of a clinic are on most."""
    bob = staff(exchange.copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    site = create_clinic_site(exchange.copy.clinic)
    walks = []
    signing_in = Walk(Person(site), "clinic-")
    signing_in.visitor.open("/sign-in")
    signing_in.keep("sign-in")
    signing_in.visitor.send("/sign-in", username="alice", password="not it")
    signing_in.keep("sign-in-error", 422)
    submission = f"/submissions/{exchange.submission}"
    for username, pages in (
        ("alice", {"queue": "/queue", "submission": submission, "sign-off": f"{submission}/sign-off"}),
        (bob.username, {"staff": "/staff"}),
    ):
        person = Person(site).sign_in(username, PASSWORD)
        walk = Walk(person, "clinic-")
        for name, path in pages.items():
            person.open(path)
            walk.keep(name)
        walks.append(walk)
    return [state for walk in (signing_in, *walks) for state in walk.states]
