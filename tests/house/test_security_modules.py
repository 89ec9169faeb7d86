"""What holds of all modules a mistake in which lets somebody in, or loses or leaks answers."""

import importlib
from dataclasses import dataclass, fields, is_dataclass

import pytest

from campaigns.security_modules import MODULES
from intake.domain.factors import Due, Proven
from intake.domain.permissions import Role
from intake.domain.rate_limits import Door
from intake.domain.sign_in_limits import Counted
from intake.services import coming_in
from intake.storage import authenticator_apps, encryption, session_proofs, signing_in
from intake.storage.one_time_links import Purpose
from intake.storage.passkey_challenges import Asked

# They stand in rows, and in what rows are named by: with another word, what is kept says nothing any more.
KEPT_WORDS = {
    Asked: ["sign in", "again", "add", "sign off"],
    Counted: ["account", "network", "browser", "again", "everywhere", "alarm", "told", "asked"],
    Door: ["start", "reply", "return"],
    Due: ["", "set up", "review"],
    Proven: [
        "password", "password and app", "password and recovery code",
        "passkey", "provider", "provider with a second factor",
    ],
    Purpose: ["setup", "invitation", "reset", "provider"],
    Role: ["front_desk", "clinician", "administrator", "auditor", "transcriber"],
}  # fmt: skip
NEVER_SHOWN = {
    encryption.SealingKey: {"secret", "others"},
    encryption.PatientKeys: {"clinic_public_key", "audit_key", "secret_key", "read_from"},
    encryption.ClinicKeys: {
        "clinic_public_key", "audit_key", "secret_key", "read_from",
        "clinic_private_key", "staff_key", "outbox_keys", "other_private_keys",
    },
    signing_in.Claim: {"kept", "browser"},
    authenticator_apps.App: {"seed"},
    session_proofs.SessionProof: {"network"},
    coming_in.Browser: {"known_as"},
}  # fmt: skip
MODULES_READ = [importlib.import_module(file.removesuffix(".py").replace("/", ".")) for file in MODULES]
RECORDS = [
    one
    for module in MODULES_READ
    for one in vars(module).values()
    if isinstance(one, type) and is_dataclass(one) and one.__module__ == module.__name__
]


def may_be_changed(record):
    return not record.__dataclass_params__.frozen


@pytest.mark.parametrize("words", KEPT_WORDS, ids=lambda one: one.__name__)
def test_a_word_that_is_kept_stays_what_it_is(words):
    assert [one.value for one in words] == KEPT_WORDS[words]


def test_nothing_that_was_looked_up_can_be_changed_afterwards():
    @dataclass
    class Loose:
        member: str

    assert may_be_changed(Loose)
    assert len(RECORDS) > 20
    assert [one for one in RECORDS if may_be_changed(one)] == []


def test_no_secret_is_shown_where_an_object_is():
    assert {
        one: hidden for one in RECORDS if (hidden := {field.name for field in fields(one) if not field.repr})
    } == NEVER_SHOWN
