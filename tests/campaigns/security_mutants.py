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
        ("found.st_mode) & 0o037:", "found.st_mode) & 0o007:", "storage/test_handed_over_keys.py"),
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
    (".offset(MOST - 1)", ".offset(MOST + 100)"),
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
    ("row.used_at is not None or ", ""),
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
    "web/clinic/test_who_may.py",
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
        "web/clinic/test_who_may.py web/patient/test_tampering.py",
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
_WAYS_BACK = _of(
    "storage/wrong_tries.py",
    "storage/test_ways_back.py",
    ("WRONG_BEFORE_A_PAUSE = 5", "WRONG_BEFORE_A_PAUSE = 500"),
    (
        "return not _is_paused(row, now) and row.failures < WRONG_BEFORE_THE_END",
        "return not _is_paused(row, now)",
    ),
) + _of(
    "storage/ways_back.py",
    "storage/test_ways_back.py",
    ("wrong=works and opening is None)", "wrong=False)"),
    ('return f"{handle}#{worked_out.hex()}"', 'return f"{handle}#"'),
    ('return f"{handle}#{worked_out.hex()}"', 'return f"#{worked_out.hex()}"'),
    ("return max(now, row.last_visit) - row.last_visit > KEPT", "return False"),
    ('nothing = {"draft_key": b"", "shown": b"", "for_clinic": b"", "with_code": b""}', "nothing = {}"),
    ("    remove_of(session, draft_id)\n    row = ", "    row = "),
    ("        mailed=mailed,\n", "        mailed=0,\n", "services/test_returning.py"),
    ("wrap_for_token(draft_key, _both(half.secret.hex(), code)", 'wrap_for_token(draft_key, _both("", code)'),
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
        "web/clinic/test_read_first_everywhere.py",
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
        ("if not unread and not erasing.is_signed(session, submission):", "if False:"),
        ("return any(one.status is not RequestStatus.CLOSED for one in requests)", "return False"),
        (
            "audit.record(session, clinic.keys, SYSTEM, SubmissionErased(submission, why.value, rows), at)",
            "pass",
        ),
    )
    + _of(
        "storage/database.py",
        "services/test_erasing.py storage/test_ways_back.py",
        ('    "secure_delete = ON",\n', ""),
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
    ("        secure=_as_opened().settings.secure_cookies,\n", "        secure=False,\n"),
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
    + _NOTICES
    + _COOKIES
    + _APART
)
