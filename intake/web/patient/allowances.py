"""How much each of the patients' addresses may be sent; a new one stands here too, or nothing starts.

Whatever carries what somebody typed is a PAGE, also where a language or a look is chosen among boxes.
"""

from intake.web.allowances import BUTTON, PAGE

ALLOWANCES = {
    "after.ask": PAGE,
    "languages.choose": BUTTON,
    "looks.choose": BUTTON,
    "questions.change": PAGE,
    "questions.keep": PAGE,
    "questions.page": PAGE,
    "questions.stay": BUTTON,
    "reply.add": PAGE,
    "reply.check": PAGE,
    "reply.enter": PAGE,
    "reply.keep": PAGE,
    "reply.leave": PAGE,
    "reply.more": PAGE,
    "reply.question": PAGE,
    "reply.stay": BUTTON,
    "reply_medicines.listed": PAGE,
    "returning.anew": BUTTON,
    "returning.enter": PAGE,
    "returning.let_clinic": BUTTON,
    "returning.mail": BUTTON,
    "sending.sign": PAGE,
    "start.begin": PAGE,
    "start.erase": BUTTON,
    "start.forget": BUTTON,
    "start.leave": PAGE,
}
