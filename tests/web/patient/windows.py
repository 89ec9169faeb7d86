"""Two windows, and two devices, on one form: each keeps the page it was shown."""

import re
from datetime import timedelta

from intake.services import returning
from web.patient.visitor import Visitor

_SHOWN = re.compile(r'name="shown-page" value="([^"]+)"')
_DIALOG = re.compile(r"<dialog.*?</dialog>", re.DOTALL)


class Window:
    """A window of a browser with a page of one question in it, as it was when it was opened."""

    def __init__(self, visitor, question):
        self.visitor, self.question = visitor, question
        visitor.ask(question)
        self.take()

    def take(self):
        """Remember what the page that was just shown carries."""
        self.shown = _SHOWN.search(self.visitor.html)[1]

    def go_on(self, **fields):
        """Press Continue in this window."""
        return self.send(self.visitor.address(self.question), **fields)

    def send(self, path, **fields):
        answer = self.visitor.send(path, shown__page=self.shown, **fields)
        if found := _SHOWN.search(self.visitor.html):
            self.shown = found[1]
        return answer

    def hide(self, **fields):
        """The page is hidden: it sends what stands in its boxes, and nobody sees an answer."""
        return self.visitor.send(
            f"{self.visitor.address(self.question)}/keep", shown__page=self.shown, **fields
        )


def without_dialog(html):
    return _DIALOG.sub("", html)


def leave_alone(copy):
    """An hour passes, and nobody does anything: whoever has words is signed out."""
    copy.clock.at += timedelta(minutes=copy.settings.patient_idle_minutes + 1)


def words_of(visitor):
    """A code and four words for the form that is open; like pressing Stop for now."""
    returning.keep_open(visitor.desk, visitor.token)
    return returning.kept(visitor.desk, visitor.token).way


def come_back(visitor, way):
    """Type them on the page for it."""
    visitor.open("/return")
    return visitor.send("/return", link=way.code, phrase=way.phrase)


def another_device(desk, way):
    """Another browser, in which the form is opened: every earlier one is signed out."""
    visitor = Visitor(desk)
    come_back(visitor, way)
    return visitor
