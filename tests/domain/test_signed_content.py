"""What a passkey signs at a sign-off: everything that is signed for, and nothing but that."""

from dataclasses import replace

import pytest

from domain.reviewed import ALICE, CAROL, RULES, acknowledged, review
from intake.domain.signed_content import to_be_signed

NONCE = bytes(range(64))
WORDS = {"statement": "I have read this.", "note": "A note", "next_step": "Call"}


FORM = review(*RULES)


def signed(form=FORM, nonce=NONCE, by=ALICE, **words):
    return to_be_signed(nonce, form, by.id, **(WORDS | words))


def test_the_same_signed_twice_is_the_same_32_bytes():
    assert signed() == signed()
    assert len(signed()) == 32
    assert signed(note=" A note ") == signed(), "spaces around what was typed are not kept either"


@pytest.mark.parametrize(
    "other",
    [
        {"nonce": bytes(64)},
        {"by": CAROL},
        {"statement": "I have read that."},
        {"note": "A nota"},
        {"next_step": ""},
        {"note": "A noteCall", "next_step": ""},
    ],
    ids=str,
)
def test_whatever_else_is_signed_gives_others(other):
    assert signed(**other) != signed()


def test_an_answer_an_acknowledgement_or_other_rules_give_others():
    first = FORM.submission.transcript[0]
    line = replace(first.lines[0], said=first.lines[0].said + ".")
    part = replace(first, lines=(line, *first.lines[1:]))
    answers = replace(FORM.submission, transcript=(part, *FORM.submission.transcript[1:]))
    rules = replace(FORM.screening, editions=replace(FORM.screening.editions, rules="s" * 64))

    for other in (
        replace(FORM, submission=answers),
        replace(FORM, submission=replace(FORM.submission, revision=2)),
        replace(FORM, screenings=(rules,)),
        acknowledged(FORM),
    ):
        assert signed(other) != signed()
