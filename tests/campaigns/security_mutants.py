"""Mistakes somebody could make in what keeps people's answers safe: each has a test that fails of it.

By hand: a tool that changes signs finds no guard that was taken out. ``campaigns/mutants.py`` makes one
mistake at a time in a copy of the checkout and runs the tests named beside it, which have to fail. Not here:
what is refused in two places, where either mistake alone changes nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """In ``file``, ``text`` (which is there once) becomes ``instead``. ``tests`` are paths under tests/."""

    file: str
    text: str
    instead: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """How a report names it."""
        return f"{self.file}: {' '.join(self.text.split())[:70]}"


# Nothing may fail of it.
CONTROL = Mutant(
    "intake/storage/encryption.py",
    "# Without a salt: the secrets are uniformly random already (RFC 5869, 3.1).",
    "# Nothing is changed but these words.",
    ("storage/test_encryption.py",),
)


def _of(file: str, tests: str, *changes: tuple[str, str] | tuple[str, str, str]) -> tuple[Mutant, ...]:
    """Mutants of one file; a change with a third part has tests of its own."""
    return tuple(
        Mutant(f"intake/{file}", one[0], one[1], tuple((one[2] if len(one) > 2 else tests).split()))
        for one in changes
    )


_SEALING = _of(
    "storage/encryption.py",
    "storage/test_encryption.py",
    (
        'return length_prefixed("intake", header, _context(place, deployment))',
        'return length_prefixed("intake", header)',
    ),
    ("place.table, place.column, str(place.record)", "place.table, str(place.record)"),
    ("place.column, str(place.record), ", "place.column, "),
    (", str(place.revision))", ")"),
    ("length_prefixed(str(deployment), place.table", "length_prefixed(place.table"),
    ("nonce = secrets.token_bytes(_NONCE)", "nonce = bytes(_NONCE)"),
    ("if blob[:_HEADER] != header:", "if blob[:2] != header[:2]:"),
    ("return digest_of(token.encode())", "return digest_of(token.encode()[1:])"),
    ('len(part).to_bytes(4, "big") + part', "part"),
    ("return _derive(token.encode(), info)", "return _derive(bytes(32), info)"),
    ('_derive(self.secret, length_prefixed("tag"', '_derive(bytes(32), length_prefixed("tag"'),
    ("    secret: bytes = field(repr=False)", "    secret: bytes"),
    ("clinic_private_key: X25519PrivateKey = field(repr=False)", "clinic_private_key: X25519PrivateKey"),
    ("str(keys.deployment), day.isoformat())", "str(keys.deployment))", "storage/test_rate_limits.py"),
)
_TRAIL = _of(
    "storage/audit.py",
    "storage/test_audit.py",
    ("if line.seq != expected:", "if False:"),
    ("if line.prev_mac != mac:", "if False:"),
    ("if not constant_time.bytes_eq(_mac(keys, sealed, line.prev_mac), line.mac):", "if not line.mac:"),
    (
        "if result.ok and (head is None or (head.seq, head.mac) != (result.checked, last)):",
        "if head is None:",
    ),
    ("_canonical(line), prev_mac))", "_canonical(line)))"),
    ("case None | bool() | int() | str():", "case None | bool() | int() | float() | str():"),
) + _of("storage/trail_file.py", "storage/test_trail.py", ("if end != number:", "if end is None:"))
_KEYS = (
    _of(
        "storage/keyring.py",
        "storage/test_keyring.py",
        ("folder.mkdir(mode=0o700, ", "folder.mkdir("),
        ("if path.exists():", "if False:"),
        ("newest = _read_last(keys, begun)", "newest = keys", "storage/test_several_keys.py"),
        (
            '"secret_key": _new_key(),\n        "outbox_key": outbox_keys.seals_of',
            '"secret_key": clinic["secret_key"],\n        "outbox_key": outbox_keys.seals_of',
        ),
        ('"public": public},', '"public": public, "private": clinic["clinic_key"]["private"]},'),
    )
    + _of(
        "storage/key_files.py",
        "storage/test_keyring.py",
        ("os.O_EXCL, 0o600)", "os.O_EXCL, 0o644)"),
        ("_refuse_others(path, os.fstat(file.fileno()))", "pass"),
        (
            '& 0o077:\n        raise KeyringRefused(f"{path} is',
            '& 0o007:\n        raise KeyringRefused(f"{path} is',
        ),
        ("if found.st_uid != os.geteuid():", "if False:"),
        ("found.st_mode) & 0o037)", "found.st_mode) & 0o007)", "storage/test_handed_over_keys.py"),
        (
            "if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:",
            "if found.st_uid != os.geteuid():",
        ),
    )
    + _of(
        "storage/key_entries.py",
        "storage/test_keyring.py",
        ("if len(secret) != _KEY_BYTES:", "if not secret:"),
        (
            'if Use(one["use"]) is Use.ACTIVE]',
            'if Use(one["use"]) is not Use.EARLIER][-1:]',
            "storage/test_several_keys.py",
        ),
    )
    + _of(
        "storage/outbox_keys.py",
        "storage/test_keyring.py",
        ('return {name: clinic[name] for name in ("format", "deployment", kept)}', "return dict(clinic)"),
        ('return {"id": opens["id"], "public"', 'return opens | {"public"'),
    )
)
_SESSIONS = _of(
    "storage/staff_sessions.py",
    "storage/test_staff_sessions.py",
    (
        ".where(StaffSessionRow.auth_epoch == StaffMemberRow.auth_epoch, StaffMemberRow",
        ".where(StaffMemberRow",
    ),
    (
        "effective - row.last_seen > idle or effective - row.created_at > longest",
        "effective - row.last_seen > idle",
    ),
    ("return effective - row.last_seen > idle or ", "return "),
    ("token = secrets.token_urlsafe(32)\n    begun", "token = str(member_id)\n    begun"),
    ("query = query.where(StaffSessionRow.due == Due.NOTHING.value)", "pass"),
    (
        "StaffSessionRow.member_id == member_id, StaffSessionRow.token_digest == digest)",
        "StaffSessionRow.token_digest == digest)",
    ),
    ("[MOST - 1 :]", "[MOST + 100 :]"),
)
_SIGNING_IN = (
    _of(
        "storage/signing_in.py",
        "storage/test_signing_in.py",
        ("and claimed.is_a_strangers and row.failures", "and False and row.failures"),
        ("if row is None or not proof.right:", "if row is None:"),
        (
            "StaffMemberRow.id == claimed.member, StaffMemberRow.auth_epoch == claimed.auth_epoch",
            "StaffMemberRow.id == claimed.member",
        ),
        ("row.auth_epoch, browser=known)", "row.auth_epoch, browser=browser)"),
        ("kept: str | None = field(default=None, repr=False)", "kept: str | None = None"),
    )
    + _of(
        "domain/sign_in_limits.py",
        "storage/test_signing_in.py",
        ("WRONG_BEFORE_SET_ASIDE = 100", "WRONG_BEFORE_SET_ASIDE = 200"),
    )
    + _of(
        "services/typed_codes.py",
        "services/test_second_steps.py",
        ("if app.wrong >= WRONG_BEFORE_SET_ASIDE:", "if False:"),
        ("        authenticator_apps.count_wrong(session, clinic.keys, row)\n", ""),
    )
    + _of(
        "storage/authenticator_apps.py",
        "services/test_second_steps.py",
        ("App(app.seed, app.wrong + 1)", "App(app.seed, app.wrong)"),
        ("if app.wrong else app.seed.encode()", "if False else app.seed.encode()"),
    )
    + _of(
        "domain/password_rules.py",
        "domain/test_password_rules.py",
        ("SHORTEST = 15", "SHORTEST = 1"),
    )
    + _of(
        "storage/passwords.py",
        "storage/test_accounts.py",
        ("memory_cost=19456", "memory_cost=8192"),
        ("_HASHER.verify(kept or _NOBODY, password)", '_HASHER.verify(kept or "", password)'),
        ("if kept is None:", "if False:"),
    )
    + _of(
        "storage/auth_epochs.py",
        "storage/test_accounts.py",
        ('Place("staff_members", column, row.id, row.auth_epoch)', 'Place("staff_members", column, "")'),
    )
    + _of(
        "storage/accounts.py",
        "storage/test_accounts.py",
        ("return username.strip().casefold()", "return username.strip()"),
    )
    + _of(
        "services/accounts.py",
        "services/test_accounts.py",
        (
            "if link is None or link.purpose is not Purpose.SETUP:",
            "if link is None:",
            "web/clinic/test_signing_in.py",
        ),
        ("SETUP_LINK_LASTS = timedelta(days=1)", "SETUP_LINK_LASTS = timedelta(days=100)"),
        (
            "if not confirms(clinic, member, old, source):",
            "if False:",
            "web/clinic/test_signing_in.py",
        ),
    )
    + _of(
        "web/clinic/signing.py",
        "web/clinic/test_sign_off.py",
        ("if proven is None:", "if False:"),
    )
)
_LINKS = _of(
    "storage/one_time_links.py",
    "storage/test_one_time_links.py",
    (
        "row.used_at is not None or ",
        "",
        "storage/test_row_seals.py::test_a_link_that_was_used_is_not_made_new_by_taking_the_note_back",
    ),
    (
        ".values(used_at=now, seal=None)",
        ".values(used_at=now)",
        "storage/test_row_seals.py::test_a_link_that_was_used_is_not_made_new_by_taking_the_note_back",
    ),
    (" or now >= row.expires_at", ""),
    (
        "OneTimeLinkRow.purpose == purpose.value,\n            OneTimeLinkRow.member_id == member if",
        'OneTimeLinkRow.purpose == "none",\n            OneTimeLinkRow.member_id == member if',
    ),
)
_GUARD = _of(
    "web/guard.py",
    "web/test_guard.py",
    ("if not all(member.may(one) for one in every):", "if not any(member.may(one) for one in every):"),
    ("abort(403)", "pass"),
    ("if unmarked:", "if False:"),
    (
        "                return door.signed_out()\n",
        "                member = StaffMember(None, '', '', frozenset())\n",
    ),
) + _of(
    "domain/permissions.py",
    "web/clinic/test_who_may.py::test_an_administrator_reads_no_answers",
    ("Permission.MANAGE_STAFF,\n", "Permission.MANAGE_STAFF,\n            Permission.REVIEW,\n"),
)
_HEADERS = _of(
    "web/headers.py",
    "web/test_headers.py",
    ("\"default-src 'none'; ", "\"default-src 'self'; "),
    ("script-src 'self'; style-src", "script-src 'self' 'unsafe-inline'; style-src"),
    ("style-src 'self'; img-src", "style-src 'self' 'unsafe-inline'; img-src"),
    ("form-action 'self'; ", ""),
    ("base-uri 'none'; ", ""),
    ("frame-ancestors 'none'; ", "frame-ancestors *; "),
    ("require-trusted-types-for 'script'; ", ""),
    ('    "X-Content-Type-Options": "nosniff",\n', ""),
    ('"Referrer-Policy": "same-origin"', '"Referrer-Policy": "unsafe-url"'),
    ('    "Cross-Origin-Opener-Policy": "same-origin",\n', ""),
    ('    "Cross-Origin-Resource-Policy": "same-origin",\n', ""),
    ("camera=(), microphone=(), ", ""),
    ('    "X-Robots-Tag": "noindex",\n', ""),
    ("max-age=63072000; includeSubDomains", "max-age=0"),
    (
        '_NOT_KEPT = "no-store"',
        '_NOT_KEPT = "public"',
        "web/test_frame.py::test_every_answer_carries_the_protection",
    ),
)
_SECURITY = _of(
    "web/security.py",
    "web/patient/test_starting.py",
    ("SESSION_COOKIE_HTTPONLY=True", "SESSION_COOKIE_HTTPONLY=False", "web/test_headers.py"),
    ('SESSION_COOKIE_SAMESITE="Lax"', "SESSION_COOKIE_SAMESITE=None", "web/test_headers.py"),
    ("SESSION_COOKIE_SECURE=settings.secure_cookies", "SESSION_COOKIE_SECURE=False"),
    ('f"__Host-intake_{name}" if', 'f"intake_{name}" if'),
    ("TRUSTED_HOSTS=[", "TRUSTED_HOSTS=None and [", "web/test_origins.py"),
    (
        "*(() if settings.secure_cookies else _THIS_MACHINE),",
        "*_THIS_MACHINE,",
        "web/test_headers.py",
    ),
    (
        "*settings.hosts_of(site),",
        "*settings.hosts_of(Process.PATIENT), *settings.hosts_of(Process.CLINIC),",
        "web/test_addresses.py",
    ),
    ("    protect(app, settings)\n", "", "web/test_frame.py::test_every_answer_carries_the_protection"),
    ("    allowances.keep_allowances(app)\n", "", "web/test_allowances.py"),
    (
        "    origins.refuse_other_sites(app, https=settings.secure_cookies)\n",
        "    app.extensions['intake.scheme'] = 'http'\n",
        "web/test_origins.py",
    ),
    (
        "WTF_CSRF_TIME_LIMIT=None",
        "WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False",
        "web/clinic/test_who_may.py::test_whatever_is_sent_without_the_pages_token_is_refused",
    ),
)
_ORIGINS = _of(
    "web/origins.py",
    "web/test_origins.py",
    ("return came_from in _OURS", "return True"),
    ("return origin is None or origin == _own_origin()", "return True"),
    ('request.headers.get("Sec-Fetch-Dest") in _EMBEDDING or ', ""),
    ('return request.headers.get("Sec-Fetch-Mode") != "navigate"', "return False"),
    ('_OURS = frozenset({"same-origin", "none"})', '_OURS = frozenset({"same-origin", "none", "same-site"})'),
    ('"http"\n', '"https"\n'),
)
_ALLOWANCES = _of(
    "web/allowances.py",
    "web/test_allowances.py",
    ("if length is not None and length > taken.size:", "if False:"),
    ("if length and request.mimetype not in taken.kinds:", "if False:"),
    ('if body.count(b"&") >= self.max_form_parts:', "if False:"),
    ("if len(request.path) > _LONGEST_ADDRESS or len(request.query_string) > _longest_query():", "if False:"),
    ('if sum(name.startswith("HTTP_") for name in request.environ) > _MOST_HEADERS:', "if False:"),
    ("if missing := sorted(sent - set(said)):", "if missing := []:"),
) + _of(
    "web/policy_reports.py",
    "web/test_policy_reports.py",
    ("if pace.allows():", "if True:"),
    ("return Directive(first) if first in set(Directive) else Directive.OTHER", "return first"),
)
_DOORS = (
    _of(
        "storage/limits_file.py",
        "storage/test_limits_file.py",
        ("return not is_there or lacks_table or _is_torn(error.orig)", "return True"),
        ("if found is not None and found.file == _which(path):", "if found is not None:"),
        ("if not _is_torn_now(path):", "if False:"),
        ("if not _is_torn(error.orig):", "if True:"),
    )
    + _of(
        "storage/rate_limits.py",
        "storage/test_rate_limits.py",
        ("+ :every - :now <= :burst", "+ :every - :now <= 1000 * :burst"),
        ("length_prefixed(door, network)", "length_prefixed(door)"),
        ("digest.update(length_prefixed(door, network))", "digest.update(length_prefixed(network))"),
    )
    + _of(
        "domain/rate_limits.py", "domain/test_rate_limits.py", ("_IPV6_NETWORK = 64", "_IPV6_NETWORK = 128")
    )
    + _of(
        "domain/rate_limits.py",
        "web/patient/test_doors.py",
        ("Pace(timedelta(minutes=3), 20)", "Pace(timedelta(seconds=1), 2000)"),
    )
    + _of(
        "services/rate_limiting.py",
        "web/patient/test_doors.py",
        ("return rate_limits.knock(desk.database, key, pace, desk.now())", "return None"),
    )
    + _of(
        "web/wsgi.py",
        "web/patient/test_doors.py",
        ("x_for=settings.trusted_proxies,", "x_for=settings.trusted_proxies + 1,"),
        ("x_host=0", "x_host=1"),
    )
)
_WAYS_BACK = (
    _of(
        "storage/wrong_tries.py",
        "storage/test_ways_back.py",
        ("WRONG_BEFORE_A_PAUSE = 5", "WRONG_BEFORE_A_PAUSE = 500"),
        (
            "return not is_paused(row.paused_until, now) and row.failures < WRONG_BEFORE_THE_END",
            "return not is_paused(row.paused_until, now)",
        ),
    )
    + _of(
        "storage/ways_back.py",
        "storage/test_ways_back.py",
        ("wrong=works and opening is None)", "wrong=False)"),
        ('return f"{handle}#{worked_out.hex()}"', 'return f"{handle}#"'),
        ('return f"{handle}#{worked_out.hex()}"', 'return f"#{worked_out.hex()}"'),
        ("return max(now, row.last_visit) - row.last_visit > KEPT", "return False"),
        ('nothing = {"draft_key": b"", "shown": b"", "for_clinic": b"", "with_code": b""}', "nothing = {}"),
        ("    remove_of(session, draft_id)\n    row = ", "    row = "),
        ("        mailed=mailed,\n", "        mailed=0,\n", "services/test_returning.py"),
        (
            "wrap_for_token(draft_key, _both(half.secret.hex(), code)",
            'wrap_for_token(draft_key, _both("", code)',
        ),
    )
    + _of(
        "storage/carried_ways.py",
        "web/patient/test_returning.py",
        ('"way_back", token_digest(token).hex())', '"way_back", "")'),
        (
            "page_key(keys).seal(typed, _place(token))",
            "page_key(keys).seal(typed, _place(token)) + typed",
        ),
    )
)
_TYPED_BY_ANYBODY = (
    _of(
        "domain/ways_back.py",
        "domain/test_ways_back.py::test_what_is_too_long_for_a_phrase_is_looked_up_nowhere",
        (" or max(map(len, apart)) > self.longest + 1:", ":"),
        ("if len(apart) != WORDS_OF_A_PHRASE or max", "if not apart or max"),
        ("if len(typed) > _LONGEST_TYPED:", "if False:"),
    )
    + _of(
        "web/patient/parse.py",
        "web/patient/test_parse.py::test_what_is_far_too_long_is_refused_before_anything_reads_it",
        ("    refuse_too_long(words, LONGEST_SHORT_TEXT, box)\n    return words", "    return words"),
        ("question.long and not is_for_email else LONGEST_SHORT_TEXT)", "question.long else 100_000)"),
    )
    + _of("domain/logo_svg.py", "house/test_patterns.py", (r"|\wscript:|", r"|\w+script:|"))
    + _of(
        "services/returning.py",
        "web/patient/test_returning.py::test_what_cannot_be_four_words_is_the_same_page_and_never_stretched",
        ("    if phrase is None:\n", "    phrase = phrase or ''\n    if False:\n"),
    )
)
_MUCH_OF_ONE_FORM = (
    _of(
        "services/replying.py",
        "services/test_replies.py::test_so_much_is_added_in_a_day_and_what_the_clinic_asks_is_answered_all_the_same",
        ("at) >= MOST_REPLIES:", "at) >= 1000 * MOST_REPLIES:"),
        ("if visit.number is None and stored.came", "if stored.came"),
    )
    + _of(
        "services/requesting.py",
        "web/test_after_sending.py::test_what_is_too_much_for_one_day_stays_on_the_page_with_whom_to_call",
        ("at) > MOST_REQUESTS:", "at) > 1000 * MOST_REQUESTS:"),
    )
    + _of(
        "services/replies.py",
        "services/test_replies.py",
        ("in waiting[:MOST_AT_ONCE])", "in waiting)"),
        ("earlier[submission] += submission not in first", "pass"),
        ("turns.append((reply in _failed, ", "turns.append((False, "),
        (" or reply in _left:", ":"),
    )
)
_DRAFTS = (
    _of(
        "storage/drafts.py",
        "storage/test_drafts.py",
        ("if idle <= limits.allowed(lost=False):", "if True:"),
        (
            "row.draft_id is None or _expired(session, row, now, limits):\n        return False",
            "row.draft_id is None:\n        return False",
            "web/patient/test_returning.py",
        ),
        ("    if draft_id is None:\n        return\n", "", "storage/test_ways_back.py"),
        ("or stored.id != draft.id:", ":"),
        (
            "ways_back.close(session, draft_id, receipt)\n    _remove(session, draft_id)",
            "ways_back.close(session, draft_id, receipt)",
        ),
        (
            "token, (draft_id, key) = secrets.token_urlsafe(32), draft",
            "token, (draft_id, key) = str(draft[0]), draft",
        ),
        (
            "    end_sessions(session, draft[0])\n",
            "",
            "storage/test_ways_back.py web/patient/test_returning.py",
        ),
    )
    + _of(
        "storage/held_pages.py",
        "storage/test_held_pages.py",
        (
            "HeldPageRow.secret_digest == token_digest(secret), HeldPageRow.draft_id == draft_id",
            "HeldPageRow.draft_id == draft_id",
        ),
        (
            "HeldPageRow.secret_digest == token_digest(secret), HeldPageRow.draft_id == draft_id",
            "HeldPageRow.secret_digest == token_digest(secret)",
        ),
        ("return now - row.created_at >= HELD_FOR", "return False"),
    )
    + _of(
        "storage/reply_sessions.py",
        "web/test_reply_time_outs.py",
        ("return effective - row.last_seen > idle or ", "return "),
    )
    + _of(
        "storage/start_codes.py",
        "storage/test_start_codes.py",
        ("            StartCodeRow.used < StartCodeRow.uses,\n", ""),
        ("            StartCodeRow.expires_at > now,\n", ""),
        (
            "            StartCodeRow.revoked_at.is_(None),\n        )\n        .values(used=",
            "        )\n        .values(used=",
        ),
        ('hmac.HMAC(shared_key(keys, "start_codes"), ', "hmac.HMAC(bytes(32), "),
    )
    + _of(
        "web/patient/visits.py",
        "web/patient/test_two_windows.py web/patient/test_signed_out.py",
        ("if shown is not None and shown.draft != draft.id:", "if False:"),
    )
)
_EXPORTS = _of(
    "services/export_csv.py",
    "services/test_export_csv.py",
    ('_BEGINS_A_FORMULA = ("=", ', "_BEGINS_A_FORMULA = ("),
    ('"+", "-", "@", ', '"+", "-", '),
    ('"\\t", "\\r", "\\n", ', ""),
    ('cell.lstrip(" ").startswith', "cell.startswith"),
) + _of(
    "services/exports.py",
    "services/test_exports.py",
    ("if not 0 < len(purpose) <= LONGEST_PURPOSE or not purpose.isprintable():", "if False:"),
    ("audit.record_all(session, clinic.keys, member.id, events, now)", "pass"),
    ("        audit.record(session, clinic.keys, member.id, event, clinic.now())\n", ""),
    ("kept, left_out = without_substance_use(review, library.questionnaire, library.rulebook)", "pass"),
    (
        "viewing.refuse_before_view(clinic, member, review)",
        "pass",
        "web/clinic/test_read_first_everywhere.py"
        "::test_no_page_and_no_file_tells_what_the_rules_said_before_a_view_is_noted",
    ),
)
_LOGOS = (
    _of("domain/logo.py", "domain/test_logo.py", ("if len(content) > LARGEST_LOGO:", "if False:"))
    + _of(
        "domain/logo_svg.py",
        "domain/test_logo.py",
        ('if name.lower().startswith("on"):', "if False:"),
        ("if _DECLARES.search(text):", "if False:"),
        ("if _STYLESHEET.search(text):", "if False:"),
        ("if _POINTS_OUTSIDE.search(value):", "if False:"),
        (r"""if not re.fullmatch(r"#[\w.-]+", value) or name != "href":""", "if False:"),
        ('if "@" in text:', "if False:"),
        ("if self.copies > _MOST_COPIES or len(self.open) >= _DEEPEST:", "if False:"),
        ("if _MOVES.search(value):", "if False:"),
        ("if not _DRAWN.fullmatch(name):", "if False:"),
        ("self.written.append(escape(text))", "self.written.append(text)"),
    )
    + _of(
        "domain/logo_png.py",
        "domain/test_logo.py",
        ("if kind in _KEPT:", "if True:"),
        ("if max(width, height) > _LARGEST_SIDE:", "if False:"),
        ("if kind in _MOVES:", "if False:"),
    )
)
_LOG = _of(
    "log.py",
    "house/test_log.py::test_no_word_of_an_error_is_written "
    "house/test_log.py::test_of_what_a_library_logs_its_name_and_place_are_written "
    "house/test_log.py::test_a_library_that_brings_its_own_way_out_loses_it "
    "house/test_log.py::test_what_somebody_typed_is_of_no_kind "
    "house/test_log.py::test_each_key_takes_its_own_kind",
    ('template = getattr(value, "rule", None)', 'template = getattr(value, "rule", value)'),
    (
        'said = str(value.value) if isinstance(value, Enum) else ""',
        "said = str(getattr(value, 'value', value))",
    ),
    (
        'line: dict[str, _Value] = {"line": Noted.LIBRARY.value}',
        'line: dict[str, _Value] = {"line": Noted.LIBRARY.value, "words": record.getMessage()}',
    ),
    ("name = type(error).__name__", "name = str(error)"),
    ("if key not in KEYS[what]:", "if key not in KEYS[what] | set(_KINDS):"),
    ("one.handlers, one.propagate = [], True", "one.propagate = True"),
) + _of(
    "web/frame.py",
    "web/test_frame.py::test_a_page_that_breaks_never_logs_an_answer",
    ("note_failure(exc_info[1])", "note_failure(exc_info[1]); super().log_exception(exc_info)"),
    (
        'app.jinja_options = {"undefined": StrictUndefined}',
        'app.jinja_options = {"undefined": StrictUndefined, "autoescape": False}',
        "web/patient/test_tampering.py::test_markup_stays_words_everywhere",
    ),
    (
        'app.jinja_options = {"undefined": StrictUndefined}',
        "app.jinja_options = {}",
        "web/test_frame.py::test_a_word_nobody_gave_a_page_is_an_error_and_not_a_gap",
    ),
)
_ERASING = (
    _of(
        "storage/erasing.py",
        "services/test_erasing.py",
        ("for row in (PatientSessionRow, WayBackRow):", "for row in (PatientSessionRow,):"),
        ("    _note(session, (submission, *signals), why, now)\n", ""),
    )
    + _of(
        "services/erasing.py",
        "services/test_erasing.py",
        ("    clinic.database.empty_log()\n    return Gone(1, rows)", "    return Gone(1, rows)"),
        ("if not unread and not said_states.is_signed(session, clinic.keys, submission):", "if False:"),
        ("return any(one.status is not RequestStatus.CLOSED for one in requests)", "return False"),
        ("    audit.record(session, clinic.keys, SYSTEM, event, at)\n", ""),
    )
    + _of(
        "storage/database.py",
        "services/test_erasing.py storage/test_ways_back.py",
        ('    "secure_delete = ON",\n', ""),
    )
)
_TWO_PEOPLE = (
    _of(
        "domain/two_people.py",
        "domain/test_two_people.py",
        ("if said[-1].member == by.id:", "if False:"),
        ("if stage(said, at) is not Stage.WAITS:", "if not said:"),
        ("return Stage.WAITS if now < said[-1].until else Stage.OVERDUE", "return Stage.WAITS"),
        ("    if not words.strip():\n        raise NoReason\n", ""),
    )
    + _of(
        "services/erasing.py",
        "services/test_two_people.py",
        ("if agreed is None and asked_for.may_agree(session, clinic):", "if False:"),
        (
            "SubmissionErased(submission, why.value, rows, *people)",
            "SubmissionErased(submission, why.value, rows)",
        ),
    )
    + _of(
        "services/patient_requests.py",
        "services/test_two_people.py",
        ("return all(one.id == member.id for one in may_agree(session, clinic))", "return True"),
        (
            "one.stage_of_erasing(clinic.now()) is Stage.AGREED",
            "one.stage_of_erasing(clinic.now()) is not Stage.NONE",
        ),
        ("self.stage is Stage.NONE", "True"),
    )
    + _of(
        "services/people.py",
        "services/test_two_people.py",
        ("if Role.ADMINISTRATOR in wanted - before:", "if False:"),
    )
    + _of(
        "services/accounts.py",
        "services/test_two_people.py",
        ("at_once = wanted - {Role.ADMINISTRATOR} if proposes else wanted", "at_once = wanted"),
        ("if not member.roles:", "if False:"),
    )
    + _of(
        "services/administrators.py",
        "services/test_two_people.py",
        ("return any(one.id != by.id and one.may(Permission.MANAGE_STAFF) for one in came)", "return False"),
        ("two_people.confirm([found.said], by, now)", "pass"),
        ("person is None or not first.may(Permission.MANAGE_STAFF):", "person is None:"),
        ("if not audit.is_ours(session, clinic.keys, line.seq):", "if False:"),
        ("    AdministratorRefused,\n    RolesChanged,\n", "    AdministratorRefused,\n"),
    )
    + _of(
        "web/clinic/requests.py",
        "web/clinic/test_two_people_pages.py",
        (
            "@requires(Permission.REVIEW)\n@sensitive\ndef confirm_erasing",
            "@requires(Permission.OWN_ACCOUNT)\n@sensitive\ndef confirm_erasing",
        ),
    )
)
_PACE = (
    _of(
        "web/pace.py",
        "web/test_pace.py",
        ("    if wait is not None:", "    if False:"),
        ("return is_unattended(endpoint) or ", "return "),
        (" or getattr(view, _MARK, False)", ""),
    )
    + _of(
        "domain/rate_limits.py",
        "web/test_pace.py",
        ("timedelta(seconds=2), 120)", "timedelta(seconds=2), 1200)"),
    )
    + _of(
        "services/rate_limiting.py",
        "web/test_pace.py",
        ('"pace", whose,', '"pace", "",'),
    )
    + _of("web/guard.py", "web/test_pace.py", ("            door.paced()\n", ""))
    + _of(
        "web/clinic/sessions.py",
        "web/test_pace.py",
        ("refuse_too_fast(this_clinic(), token())", 'refuse_too_fast(this_clinic(), "")'),
    )
    + _of(
        "web/patient/visits.py",
        "web/test_pace.py",
        ("                refuse_too_fast(desk, str(draft.id))\n", ""),
    )
    + _of("web/patient/reply_visits.py", "web/test_pace.py", ("        refuse_too_fast(desk, token)\n", ""))
    + _of(
        "web/refusals.py",
        "web/test_pace.py",
        ('return lambda: {"typed": words(), "again": typed.to_try_again()}', "return None"),
    )
)
_NOTICES = (
    _of(
        "services/notice_words.py",
        "services/test_notices.py",
        ('name = head.clinic if notice.kind.names_the_clinic else ""', "name = head.clinic"),
        (
            'NoticeKind.UNNAMED_MESSAGE: mark("You have a message"),',
            'NoticeKind.UNNAMED_MESSAGE: mark("You have a message from %(clinic)s"),',
        ),
        (
            'NoticeKind.TO_READ: "There is something to read",',
            'NoticeKind.TO_READ: "An urgent flag about suicide",',
        ),
    )
    + _of(
        "domain/notice_kinds.py",
        "services/test_notices.py",
        ("return self in (NoticeKind.MESSAGE, NoticeKind.SAVED_FORM)", "return True"),
    )
    + _of(
        "storage/outgoing.py",
        "services/test_notices.py",
        ("        values |= _ERASED\n", "        pass\n"),
        ("            OutgoingRow.attempts == one.attempts,\n", ""),
        ("OutgoingRow.for_staff.desc(), began", "began", "storage/test_outgoing.py"),
    )
    + _of(
        "services/notices.py",
        "services/test_notices.py",
        ("len(tried) < _MOST_IN_A_PASS and ", ""),
    )
    + _of(
        "services/mail_server.py",
        "services/test_real_mail_server.py services/test_misbehaving_mail.py",
        ("trusted = ssl.create_default_context()", "trusted = ssl._create_unverified_context()"),
        ("server.starttls(context=trusted)", "pass"),
    )
)
_COOKIES = _of(
    "web/clinic/sessions.py",
    "web/clinic/test_signing_in.py",
    (
        'httponly=True,\n        samesite="Strict",\n    )\n\n\ndef _take_back',
        'httponly=False,\n        samesite="Strict",\n    )\n\n\ndef _take_back',
    ),
    (
        'httponly=True,\n        samesite="Strict",\n    )\n\n\ndef _take_back',
        'httponly=True,\n        samesite="Lax",\n    )\n\n\ndef _take_back',
    ),
    ("        secure=as_opened().settings.secure_cookies,\n", "        secure=False,\n"),
) + _of(
    "web/patient/visits.py",
    "web/patient/test_starting.py",
    (
        '        httponly=True,\n        samesite="Lax",\n    )\n    return response',
        '        httponly=False,\n        samesite="Lax",\n    )\n    return response',
    ),
    (
        '        httponly=True,\n        samesite="Lax",\n    )\n    return response',
        '        httponly=True,\n        samesite="None",\n    )\n    return response',
    ),
    ("        secure=settings.secure_cookies,\n", "        secure=False,\n"),
    ('    response.headers["Clear-Site-Data"] = \'"cache", "storage"\'\n', ""),
)
_APART = _of(
    "services/separation.py",
    "services/test_separation.py",
    ("if readable:", "if False:"),
    ("if not is_current(database):", "if False:"),
) + _of(
    "papers/press.py",
    "papers/test_engine.py",
    ("    sys.addaudithook(_stay_inside)\n", ""),
    ("        (resource.RLIMIT_FSIZE, 0),\n", ""),
)
_AT_START = (
    _of(
        "web/program.py",
        "web/test_starts.py",
        ("        doctor_at_start.refuse_unsafe(settings, process)\n", "        pass\n"),
        ("separation.looked_at(settings, process, alone=alone)", "()"),
        ("    return settings.of(process)\n", "    return settings\n"),
        ("    processes.begin()\n", ""),
        ("    above.end_with_it()\n", ""),
    )
    + _of(
        "web/worker.py",
        "web/test_starts.py",
        ("    processes.begin()\n", ""),
        ("    above.end_with_it()\n", ""),
    )
    + _of(
        "cli/__init__.py",
        "web/test_starts.py",
        ("    doctor_at_start.refuse_unsafe(settings)\n", ""),
        ("    processes.begin()\n", ""),
    )
    + _of(
        "services/processes.py",
        "web/test_starts.py",
        ("    os.umask(0o077)\n", ""),
        ("    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n", ""),
        ('(sys.executable, "-P", "-m")', '(sys.executable, "-m")'),
    )
    + _of(
        "services/doctor_facts.py",
        "services/test_doctor_at_start.py",
        ("    if is_handed_over(path, found):\n", "    if path.parent.name:\n"),
        ("name not in others and (", "("),
    )
    + _of(
        "web/patient/site.py",
        "web/test_sites_that_do_not_start.py",
        ("    refuse_unmarked(site)\n", ""),
        ("    refuse_unlimited(site)\n", ""),
    )
    + _of(
        "web/clinic/site.py",
        "web/test_sites_that_do_not_start.py",
        ("    refuse_unmarked(app)\n", ""),
        ("    refuse_unlimited(app)\n", ""),
    )
    + _of(
        "web/server.py",
        "web/test_server_at_start.py",
        ("            outbuf_overflow=_LARGEST_RESPONSE,\n", ""),
        ("            clear_untrusted_proxy_headers=not settings.trusted_proxies,\n", ""),
    )
)
_NEW_PASSWORDS = _of(
    "services/new_passwords.py",
    "services/test_new_passwords.py",
    ("< FEWEST_GUESSES:", "< 0:"),
    ("    if is_breached:\n        raise PasswordTooWeak(_BREACHED)\n", ""),
    ("        raise PasswordTooWeak(_NOT_LOOKED_UP) from None\n", "        return\n"),
    ("user_inputs=[*known, *WELL_KNOWN]", "user_inputs=[]"),
    ("password[:_JUDGED].translate(_SIGNS)", "password[:_JUDGED]"),
    ("    with _one_at_a_time:\n", "    if judged:\n"),
) + _of(
    "storage/breached_passwords.py",
    "storage/test_breached_passwords.py",
    ("                    low = middle + 1\n", "                    low = middle + 80\n"),
    ("                if digest < before:\n", "                if not digest:\n"),
    ("    if not _LINE.fullmatch(line):\n", "    if not line:\n"),
)
_NETWORKS = (
    _of(
        "domain/networks.py",
        "domain/test_networks.py",
        ("return not self.listed or _lies_in(address, self.listed)", "return True"),
        ("found.ipv4_mapped is not None:", "False:"),
        ("    except ValueError:\n        return False\n", "    except ValueError:\n        return True\n"),
    )
    + _of(
        "web/clinic/networks.py",
        "web/clinic/test_networks.py",
        ("            refuse(403, Why.OUTSIDE_CLINIC)\n", "            pass\n"),
        ("            refuse(403, Why.OUTSIDE_ADMINISTRATION)\n", "            pass\n"),
        ("            staff_networks.record(clinic, member, Work.ADMINISTRATION)\n", ""),
        ("            staff_networks.record_somebody(clinic, sessions.token(), Work.CLINIC)\n", ""),
    )
    + _of(
        "web/guard.py",
        "web/clinic/test_networks.py",
        ("            door.look_where(member, every)\n", ""),
    )
    + _of(
        "services/second_steps.py",
        "web/clinic/test_networks.py",
        ("if proof is None or proof.is_elsewhere:", "if proof is None:"),
    )
    + _of(
        "services/staff_networks.py",
        "web/clinic/test_networks.py",
        ('if wrong_passwords.is_to_be_told(clinic, f"{work.value} {member.id}"):', "if True:"),
    )
    + _of(
        "services/accounts.py",
        "web/clinic/test_networks.py",
        (
            "            coming_in.notice_move(clinic, session, found.id, token, source)\n",
            "            pass\n",
        ),
    )
    + _of(
        "storage/session_proofs.py",
        "web/clinic/test_networks.py",
        ("if row is None or row.moved or not", "if row is None or not"),
        ('        "network": _tag(keys, row.member_id, network),\n        "moved": False,\n', ""),
        ('Place("staff_sessions", "network", member)', 'Place("staff_sessions", "network", "")'),
    )
)

_PLANTED = (
    _of(
        "storage/queue.py",
        "services/test_planted_signatures.py",
        (' and row["signed_once"] and entry.standing.is_finished', ' and row["signed_once"]'),
    )
    + _of(
        "services/planted_signatures.py",
        "services/test_planted_signatures.py",
        ("    if lies:\n", "    if not lies:\n"),
        ("if known.get(one) != number][", "if one not in known]["),
        ("if not reviews.settle_again(session, clinic.keys, one)", "if reviews.settle_again"),
    )
    + _of(
        "services/erasing.py",
        "services/test_planted_signatures.py",
        ("if one not in unread and not", "if not"),
    )
    + _of(
        "storage/said_states.py",
        "services/test_planted_signatures.py",
        ("any(one.signed for one in", "any(one for one in"),
    )
    + _of(
        "storage/witnesses.py",
        "services/test_planted_rules.py",
        ("if keys is None or audit.is_as_written(keys, one)", "if one"),
    )
    + _of(
        "storage/publications.py",
        "services/test_planted_rules.py",
        ("if not any(_says_proposed(line, one) for line in about):", "if False:"),
        (
            "for deed in one.decisions if any(_says_decided(line, deed) for line in about)",
            "for deed in one.decisions",
        ),
        (" + publication.set_aside + 1", " + 1"),
    )
    + _of(
        "storage/clinic_settings.py",
        "services/test_planted_rules.py",
        ('and line.detail.get("content", content) == content', "and content"),
        ("if lines is None or _is_witnessed(row, lines)", "if row"),
        ('line.detail.get("number") == row.number\n', "line.detail\n"),
        ("    while number in taken:\n", "    while number < 0:\n"),
    )
)
_ROW_SEALS = (
    _of(
        "storage/lacking_keys.py",
        "storage/test_lacking_keys.py",
        ("if not lacking or not are_those_of_the_file(keys):", "if not lacking:"),
        ("if not lacking or not are_those_of_the_file(keys):", "if True:"),
        ("frozenset(used - destroyed)", "frozenset(used)"),
        ('if line.detail["purpose"] == KeyPurpose.STAFF.value]', "]"),
    )
    + _of(
        "storage/row_seals.py",
        "storage/test_row_seals.py",
        ("return keys.staff_key.open(seal, self._place(values)) == _written(values)", "return True"),
        ("        if not seal:\n            return False", "        if not seal:\n            return True"),
        (
            'CHALLENGES = SealedRows(PasskeyChallengeRow, "token_digest", {})',
            'CHALLENGES = SealedRows(PasskeyChallengeRow, "token_digest", {"created_at": "nobody asks"})',
        ),
        (
            'if getattr(row, "used_at", None) is None)',
            "if True)",
            "services/test_altered_rows.py",
        ),
    )
    + _of(
        "services/altered_rows.py",
        "services/test_altered_rows.py",
        ("    (_Way.LINK, LINKS),\n", ""),
        ("            session.delete(row)\n", "            pass\n"),
        ("        audit.record_all(session, keys, SYSTEM, happened, clinic.now())\n", ""),
        (" or (one.id in anew and told[one.id] <= anew[one.id])]", "]"),
        (
            "keys = with_keys_in_use(clinic).keys",
            "keys = clinic.keys",
            "services/test_keys.py::test_passwords_are_sealed_anew_and_still_open_the_door",
        ),
    )
    + _of(
        "storage/altered_accounts.py",
        "services/test_altered_rows.py",
        ("if row is not None and MEMBERS.is_planted(session, keys, row):", "if row is not None:"),
        ("row.auth_epoch = int(now.timestamp()) // 60", "pass"),
        ("    end_ways_in(session, row.id)\n", ""),
        ("StaffMemberRow.username == name, StaffMemberRow.id != row.id)", "StaffMemberRow.id == None)"),
    )
    + _of(
        "services/instance.py",
        "services/test_altered_rows.py",
        ("    if ACCOUNTS_SEALED in read_document(folder / CLINIC_FILE):\n        return\n", ""),
        ("        _refuse_a_database_put_back_alone(database, keys)\n", ""),
    )
    + _of(
        "cli/say_who.py",
        "house/test_commands.py::test_an_altered_account_is_given_back_with_a_link_that_leads_somewhere",
        ("    sys.exit(FOUND)\n", ""),
        ("/invitation#{token}", "/invitation?{token}"),
    )
)
_LEAPS = (
    _of(
        "services/careful_clock.py",
        "services/test_careful_sweeping.py",
        (" > TOO_FAR_AHEAD and not self._has_waited(ticked):", " > TOO_FAR_AHEAD and False:"),
        (">= BELIEVED_AFTER.total_seconds()", ">= 0"),
        (
            "self._trusted, self._waits_since = _Trusted(now, ticked), None",
            "self._trusted = _Trusted(now, ticked)",
        ),
        ("return now if found is None else found.before", "return now"),
    )
    + _of(
        "services/working.py",
        "services/test_careful_sweeping.py::test_the_worker_sweeps_with_that_care",
        (
            "(CarefulSweeping().sweep, sweep_every)",
            "(__import__('intake.services.sweeping', fromlist=['sweep']).sweep, sweep_every)",
        ),
    )
    + _of(
        "storage/wrong_tries.py",
        "storage/test_a_clock_set_back.py",
        (" <= now + PAUSE + _CLOCK_BEHIND", ""),
    )
    + _of(
        "storage/lockouts.py",
        "storage/test_a_clock_set_back.py",
        ("lockout.refused_until is None or _was_set_back(lockout, now):", "lockout.refused_until is None:"),
        (" > limit.within or _was_set_back(lockout, now):", " > limit.within:"),
    )
    + _of(
        "storage/authenticator_apps.py",
        "storage/test_a_clock_set_back.py",
        ("or_(last < step, last > step + _STEPS_OF_A_DAY)", "last < step"),
        ("or_(last < step, last > step + _STEPS_OF_A_DAY)", "or_(last < step, last > step)"),
    )
    + _of(
        "storage/outgoing.py",
        "storage/test_a_clock_set_back.py",
        ("        OutgoingRow.next_try_at > now + _LONGER_THAN_ANY_WAIT,\n", ""),
    )
    + _of(
        "storage/staff_sessions.py",
        "storage/test_a_clock_set_back.py storage/test_staff_sessions.py",
        ("    if row.last_seen - now > _CLOCK_BEHIND:\n", "    if False:\n"),
        ("        StaffSessionRow.last_seen > now + _CLOCK_BEHIND,\n", ""),
    )
    + _of(
        "storage/reply_sessions.py",
        "storage/test_a_clock_set_back.py",
        ("row.last_seen - now > _CLOCK_BEHIND or ", ""),
    )
    + _of(
        "storage/own_copies.py",
        "storage/test_a_clock_set_back.py",
        ("-_CLOCK_BEHIND <= now", "-LONGEST * 999 <= now"),
    )
    + _of(
        "storage/rate_limits.py",
        "storage/test_rate_limits.py "
        "services/test_wrong_passwords.py::test_a_clock_set_back_keeps_nobody_out",
        ("CASE WHEN {until} > :now + 2 * :burst THEN", "CASE WHEN 1 = 0 THEN"),
        (" or until > moment + 2 * burst:", ":"),
    )
)
_IN_LINE = _of(
    "storage/writers_line.py",
    "storage/test_writers_line.py",
    ("_stand_in_line(path) if mine else None", "_stand_in_line(path)"),
    ("stat.S_IMODE(kept.st_mode) & 0o666", "0o666"),
    (" | os.O_NOFOLLOW", ""),
    (
        "    except OSError:\n        return None\n    until",
        "    except ZeroDivisionError:\n        return None\n    until",
    ),
    (
        "            if line is not None:\n                os.close(line)\n    finally:",
        "            pass\n    finally:",
    ),
) + _of(
    "storage/database.py",
    "storage/test_writers_line.py::test_what_another_process_writes_is_waited_for_in_line",
    ("with turn_to_write(Path(str(self.url.database))):", "if True:"),
)
_AGAIN = (
    _of(
        "web/guard.py",
        "web/clinic/test_second_steps.py::test_a_screen_left_open_adds_nobody_elses_passkey",
        ("    setattr(view, _AT_ONCE, True)\n", ""),
        ("if _asks_again() and (asked", "if False and (asked"),
    )
    + _of(
        "web/clinic/step_up.py",
        "web/clinic/test_second_steps.py::test_no_sensitive_page_can_be_sent_to_past_the_question "
        "web/clinic/test_second_steps.py::test_a_screen_left_open_adds_nobody_elses_passkey",
        ("second_steps.is_fresh(clinic, sessions.token(), sessions.source(), _lately(has)):", "True:"),
        (
            "return second_steps.FRESH_FOR_FACTORS if at_once else second_steps.FRESH",
            "return second_steps.FRESH",
        ),
    )
    + _of(
        "web/clinic/own_factors.py",
        "web/clinic/test_second_steps.py::test_a_screen_left_open_adds_nobody_elses_passkey",
        (
            "@changes_factors\n@open_while_due\n@requires(Permission.OWN_ACCOUNT)\ndef add_passkey",
            "@open_while_due\n@requires(Permission.OWN_ACCOUNT)\ndef add_passkey",
        ),
    )
    + _of(
        "web/clinic/own_app.py",
        "web/clinic/test_second_steps.py::test_a_screen_left_open_adds_nobody_elses_passkey",
        (
            "@changes_factors\n@open_while_due\n@requires(Permission.OWN_ACCOUNT)\ndef remove",
            "@open_while_due\n@requires(Permission.OWN_ACCOUNT)\ndef remove",
        ),
    )
    + _of(
        "web/clinic/people.py",
        "web/clinic/test_people_pages.py::test_what_changes_what_others_may_do_asks_again_who_is_there",
        ("@sensitive\ndef change_roles", "def change_roles"),
        ("@sensitive\ndef reset", "def reset"),
    )
    + _of(
        "web/clinic/emergency.py",
        "web/clinic/test_people_pages.py::test_what_changes_what_others_may_do_asks_again_who_is_there",
        ("@sensitive\ndef take", "def take"),
    )
    + _of(
        "web/clinic/staff.py",
        "web/clinic/test_people_pages.py::test_what_changes_what_others_may_do_asks_again_who_is_there",
        (
            "@sensitive\n@requires(Permission.MANAGE_STAFF)\ndef forget_factors",
            "@requires(Permission.MANAGE_STAFF)\ndef forget_factors",
        ),
        (
            "    if somebody == member.id:\n        abort(403)\n",
            "",
            "web/clinic/test_second_steps.py"
            "::test_an_administrator_helps_somebody_who_lost_everything_and_never_themselves",
        ),
    )
)
_NOT_COUNTED = (
    _of(
        "services/wrong_passwords.py",
        "services/test_wrong_passwords.py::test_when_nothing_can_be_counted_no_password_is_taken",
        ("        raise NotCounted from None\n", "        return False\n"),
    )
    + _of(
        "web/clinic/site.py",
        "web/clinic/test_people_pages.py"
        "::test_where_nothing_can_be_counted_nobody_is_told_that_a_password_was_wrong",
        ("    _try_again_later(app)\n", ""),
    )
    + _of(
        "web/clinic/entry.py",
        "web/clinic/test_people_pages.py"
        "::test_where_nothing_can_be_counted_signing_in_says_so_and_is_no_fault_of_ours",
        ('"account/not_counted.html"), 503', '"account/paused.html"), 429'),
    )
)
_BEHIND_THE_NUMBER_SIGN = (
    _of(
        "web/clinic/staff.py",
        "web/test_secrets_in_addresses.py",
        ("url_for(endpoint, _anchor=token)", 'url_for(endpoint) + "?" + token'),
    )
    + _of(
        "services/notice_words.py",
        "web/test_secrets_in_addresses.py",
        ("{_PATHS[kind]}#{secret}", "{_PATHS[kind]}?{secret}"),
    )
    + _of(
        "services/at_start.py",
        "web/test_secrets_in_addresses.py",
        ("/setup#{token}", "/setup?{token}"),
    )
)
_RESTORED = _of(
    "services/restoring.py",
    "services/test_backups.py"
    "::test_after_rotate_and_retire_a_restore_from_the_escrowed_copy_takes_a_form_and_a_new_password "
    "services/test_backups.py::test_no_letter_that_waited_is_sent_by_itself_after_a_restore",
    ("                restored_keys.bring_forward(session, folder)\n", ""),
    ("withdrawn_letters.hold_back(session, at))", "0)"),
    ("erased = _erase_again(session, keys, erasures, at)", "erased = 0"),
    (
        "    if not backup_files.is_from_here(read, keys):",
        "    if False:",
        "services/test_backups.py::test_an_opened_file_that_is_not_as_it_was_written_is_refused",
    ),
    (
        "            if not is_empty_within(database, session):",
        "            if False:",
        "services/test_backups.py::test_nothing_is_restored_over_what_is_there",
    ),
    (
        " and all(_KEY_FILE.fullmatch(one) for one in found)",
        "",
        "services/test_backups.py::test_a_recovery_copy_that_leads_out_of_its_folder_is_refused",
    ),
) + _of(
    "services/restored_keys.py",
    "services/test_backups.py"
    "::test_after_rotate_and_retire_a_restore_from_the_escrowed_copy_takes_a_form_and_a_new_password "
    "services/test_backups.py::test_without_retire_a_restore_takes_the_new_key_as_well",
    ("rewrapping.named(session, purpose) | told", "rewrapping.named(session, purpose)"),
    ("    newest = came[-1]\n", "    newest = came[0]\n"),
    (
        'kept = [one for one in entries(document, name) if one["id"] not in gone]',
        "kept = list(entries(document, name))",
        "services/test_backups.py"
        "::test_a_key_destroyed_since_the_recovery_copy_is_in_no_file_after_a_restore",
    ),
)
_LETTERS = (
    _of(
        "storage/withdrawn_letters.py",
        "services/test_erasing.py::test_no_letter_about_an_erased_form_is_left_or_sent",
        ("if _leads_to(keys, row, form, links)}", "if False}"),
        (
            ".where(OutgoingRow.settled_at.is_(None), ~OutgoingRow.for_staff)",
            ".where(OutgoingRow.settled_at.is_(None))",
            "services/test_backups.py::test_no_letter_that_waited_is_sent_by_itself_after_a_restore",
        ),
    )
    + _of(
        "storage/erasing.py",
        "services/test_erasing.py::test_no_letter_about_an_erased_form_is_left_or_sent",
        (
            "return gone + withdrawn_letters.remove(session, keys.outbox_keys, submission, letters, links)",
            "return gone",
        ),
        ("ids = [outgoing.id_of(submission, one.number, one.digest) for one in asked]", "ids = []"),
    )
    + _of(
        "storage/dead_letters.py",
        "storage/test_outgoing.py",
        ("OutgoingRow.id == notice, OutgoingRow.kept_until > now)", "OutgoingRow.id == notice)"),
        (
            "query = select(OutgoingRow).where(OutgoingRow.kept_until > now)",
            "query = select(OutgoingRow).where(OutgoingRow.kept_until.is_not(None))",
        ),
    )
)

_LEFT_BEHIND = (
    _of(
        "storage/withdrawn_letters.py",
        "services/test_erasing.py",
        ("letter.draft == form.hex or token_digest", "token_digest"),
    )
    + _of(
        "web/typed.py",
        "web/test_refusals.py",
        ('"again", "old", "code", "link", ', '"again", "old", "link", '),
        ('frozenset({"link", "phrase"})', 'frozenset({"link"})'),
    )
    + _of(
        "services/restoring.py",
        "services/test_backups.py",
        ("    _refuse_other_tables(session, manifest)\n", ""),
        ("        altered_accounts.seal_as_they_stand(session, keys)\n", "        pass\n"),
    )
    + _of(
        "services/restored_keys.py",
        "services/test_backups.py",
        ("        documents[CLINIC_FILE][ACCOUNTS_SEALED] = True\n", ""),
    )
    + _of(
        "services/entering.py",
        "services/test_pages_by_a_clock_ahead.py",
        ("    before = len(", "    staff_sessions.remove_expired(session, now, idle)\n    before = len("),
    )
    + _of(
        "storage/unfinished_sign_ins.py",
        "services/test_pages_by_a_clock_ahead.py",
        ("    token = secrets", "    remove_over(session, now)\n    token = secrets"),
    )
    + _of(
        "services/accounts.py",
        "services/test_order_of_locks.py",
        (
            "            members.hold(session, clinic.keys, invited.id)\n        except",
            "            pass\n        except",
        ),
    )
    + _of(
        "storage/erasing.py",
        "services/test_order_of_locks.py",
        ("session.scalar(of_it.with_for_update())", "session.scalar(of_it)"),
    )
)
MUTANTS: tuple[Mutant, ...] = (
    _SEALING
    + _TRAIL
    + _KEYS
    + _SESSIONS
    + _SIGNING_IN
    + _LINKS
    + _GUARD
    + _HEADERS
    + _SECURITY
    + _ORIGINS
    + _ALLOWANCES
    + _DOORS
    + _WAYS_BACK
    + _TYPED_BY_ANYBODY
    + _MUCH_OF_ONE_FORM
    + _DRAFTS
    + _EXPORTS
    + _LOGOS
    + _LOG
    + _ERASING
    + _TWO_PEOPLE
    + _PACE
    + _NOTICES
    + _COOKIES
    + _APART
    + _AT_START
    + _PLANTED
    + _ROW_SEALS
    + _LEAPS
    + _IN_LINE
    + _AGAIN
    + _NOT_COUNTED
    + _BEHIND_THE_NUMBER_SIGN
    + _RESTORED
    + _LETTERS
    + _NEW_PASSWORDS
    + _NETWORKS
    + _LEFT_BEHIND
)
