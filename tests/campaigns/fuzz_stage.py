"""The stage of the fuzzing campaign: a clinic, its two sites, who comes to them, and what they find there."""

import re
import shutil
from collections import Counter, deque
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask, got_request_exception
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import Client, TestResponse

from campaigns.described import FormOnPage, described, forms_on, rule_of, template_of
from campaigns.drawn import Drawn, Found, Held, Scene, Value
from campaigns.files import File
from campaigns.hasty import at_any_speed
from campaigns.peopled import CLINIC, PATIENT, SITE, Peopled, Somebody
from campaigns.reached import Reached
from campaigns.reports import CHECKOUT
from copies import PASSWORD
from intake.domain.blank_form import short_edition
from intake.domain.permissions import Permission, Role
from intake.services import accounts, claims
from intake.storage import accounts as accounts_kept
from intake.storage import passkeys, staff_sessions
from intake.storage.passkeys import Passkey
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from intake.web.scripts import mark, script
from web.clinic.content import RULES

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LINK = re.compile(r'<a\b[^>]*href="(/[^"#]*)')
_OF_A_KIND = 3  # pages looked at of those that differ by a number or an id
_FORMS_OF_A_KIND = 2
_MOST_PAGES = 150
_LEAVES = re.compile("sign-out")
_SCRIPTS = sorted(one.name for one in (CHECKOUT / "intake/web/static").glob("*.js"))
_KEEPS_A_PASSKEY = Role.AUDITOR.value
_SOME = ("stranger", "writing", "nobody", "every role")


class Stage:
    """One clinic with forms in every state, and everybody who might send something."""

    def __init__(self, peopled: Peopled, *, walk: bool = True) -> None:
        """Without ``walk`` a few look only at what has an address without parts, and follow no link."""
        self.peopled, self.copy = peopled, peopled.copy
        with at_any_speed():
            self.sites = {
                PATIENT: create_patient_site(self.copy.desk),
                CLINIC: create_clinic_site(self.copy.clinic),
            }
        self.reached = Reached()
        self.broken: BaseException | None = None
        for site in self.sites.values():
            self.reached.follow(site)
            got_request_exception.connect(self._broke, site)
        self.people = {one.name: one for one in (*self._patients(), *self._staff())}
        self._keep_a_passkey()
        self._walk = walk
        self._database = Path(str(self.copy.clinic.database.url.database))
        self._kept = self._database.with_suffix(".kept")
        self._keep()
        self.scenes = self._looked_at()

    def _broke(self, _site: Flask, exception: BaseException) -> None:
        self.broken = exception

    def reads_forms(self, one: Somebody) -> bool:
        """Whether whoever is signed in by now in this browser reads forms: a stranger may guess rightly."""
        cookie = one.client.get_cookie("intake_clinic", domain="127.0.0.1") if one.site == CLINIC else None
        if cookie is None:
            return False
        clinic = self.copy.clinic
        with clinic.database.read() as session:
            member = staff_sessions.find(session, clinic.keys, cookie.value, clinic.now(), also_due=True)
        return member is not None and member.may(Permission.REVIEW)

    def _keep_a_passkey(self) -> None:
        """One, so that there is one to rename and to remove: after its owner signed in without it."""
        clinic, owner = self.copy.clinic, self.peopled.members[_KEEPS_A_PASSKEY]
        with clinic.database.write() as session:
            row = accounts_kept.hold(session, clinic.keys, owner.id)
            one = Passkey(uuid4(), row.id, b"credential", b"key", 0, "Phone", (), clinic.now(), None)
            passkeys.add(session, clinic.keys, row, one)

    def begin_afresh(self) -> None:
        """Records as they were at first, and everybody at the page where they began."""
        self.close()
        for beside in ("-wal", "-shm"):
            self._database.with_name(f"{self._database.name}{beside}").unlink(missing_ok=True)
        shutil.copyfile(self._kept, self._database)
        for one in self.people.values():
            one.begin_afresh()

    def close(self) -> None:
        """Close what is open."""
        for one in (self.copy.desk, self.copy.clinic):
            one.database.dispose()

    def _keep(self) -> None:
        self.copy.clinic.database.empty_log()
        self.close()
        shutil.copyfile(self._database, self._kept)

    def _patients(self) -> Iterator[Somebody]:
        for name in ("stranger", *self.peopled.tokens):
            one = self._somebody(name, PATIENT)
            if name in self.peopled.tokens:
                cookie, token = self.peopled.tokens[name]
                one.client.set_cookie(cookie, token, domain="127.0.0.1")
            asked(one, "/help")
            yield one

    def _staff(self) -> Iterator[Somebody]:
        clinic = self.copy.clinic
        for name in ("nobody", *self.peopled.members):
            one = self._somebody(name, CLINIC)
            asked(one, "/sign-in")
            if name in self.peopled.members:
                token = accounts.sign_in(clinic, self.peopled.members[name].username, PASSWORD, "127.0.0.1")
                one.client.set_cookie("intake_clinic", str(token), domain="127.0.0.1")
            yield one

    def _somebody(self, name: str, site: str) -> Somebody:
        clinic = self.copy.clinic
        fitting = {
            **_FITTING,
            "effective_on": clinic.today().isoformat(),
            "on": clinic.today().isoformat(),
            "edition": short_edition(clinic.library.questionnaire.edition),
            "username": self.peopled.members["another"].username,
        }
        if site == CLINIC:
            fitting["reference"] = claims.reference(clinic, self.peopled.forms["waiting"])
        fitting |= self.peopled.fitting.get(name, {})
        one = Somebody(name, site, Client(self.sites[site]), fitting)
        one.client.get("/static/none", base_url=SITE)
        return one

    def _looked_at(self) -> dict[str, Scene]:
        pages: dict[str, list[TestResponse]] = {site: [] for site in self.sites}
        forms: dict[str, list[Found]] = {site: [] for site in self.sites}
        for one in self.people.values():
            counted = Counter[object]()
            for page in self._walked(one) if self._walk or one.name in _SOME else ():
                pages[one.site].append(page)
                for form in forms_on(page):
                    rule = rule_of(self.sites[one.site], form.action, form.method)
                    shape = rule and (rule.rule, form.method, *sorted(form.fields))
                    counted[shape] += 1
                    if (
                        rule is not None
                        and counted[shape] <= _FORMS_OF_A_KIND
                        and not _LEAVES.search(rule.rule)
                    ):
                        forms[one.site].append(Found(one.name, template_of(rule), form))
            one.keep_cookies()
        return {
            name: Scene(
                tuple(one.name for one in self.people.values() if one.site == name),
                described(name, site, pages[name]),
                tuple(forms[name]),
                self._parts(site, pages[name]),
            )
            for name, site in self.sites.items()
        }

    def _walked(self, one: Somebody) -> Iterator[TestResponse]:
        """The pages that links lead somebody to, from every address without parts."""
        site = self.sites[one.site]
        begins = [rule.rule for rule in site.url_map.iter_rules() if "<" not in rule.rule]
        waiting, seen, kinds = deque(begins), set(begins), Counter[str]()
        while waiting and len(seen) < 10 * _MOST_PAGES:
            path = waiting.popleft()
            if rule_of(site, path, "GET") is None or _LEAVES.search(path) or path.endswith(".pdf"):
                continue
            page = asked(one, path)
            if page.status_code != 200:
                continue
            yield page
            for link in _LINK.findall(page.text) if self._walk and page.mimetype == "text/html" else ():
                link = link.replace("&amp;", "&")
                kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "…", link.partition("?")[0])
                kinds[kind] += 1
                if link not in seen and (kinds[kind] <= _OF_A_KIND or link.startswith("/f/")):
                    seen.add(link)
                    waiting.append(link)

    def _parts(self, site: Flask, pages: list[TestResponse]) -> dict[str, list[str]]:
        """The values of the parts of addresses, as they stand in the links and forms of pages."""
        found: dict[str, dict[str, None]] = {}
        adapter = site.url_map.bind("")
        for page in pages:
            if page.mimetype != "text/html":
                continue
            for link in re.findall(r'[\w-]+="(/[^"#?]*)', page.text):
                for method in ("GET", "POST"):
                    if rule_of(site, link, method) is None:
                        continue
                    _, values = adapter.match(link, method=method)
                    for name, value in values.items():
                        found.setdefault(name, {})[str(value)] = None
        # Some are only asked for by pages that a clinic switches on; the last is of a foot without words.
        for content in (*(script(name) for name in _SCRIPTS), b""):
            found.setdefault("given", {})[mark(content)] = None
        return {name: list(values)[:20] for name, values in found.items()}

    def made(self, drawn: Drawn) -> tuple[Somebody, dict[str, Any]]:
        """The request as it is sent, with what the page holds just now; the browser it is sent from."""
        one = self.people[drawn.who]
        form = self._form(one, drawn)
        path = form.action if form else drawn.path
        fields = self._fields(one, drawn, form)
        how: dict[str, Any] = {"path": path, "method": drawn.method, "base_url": SITE}
        if drawn.headers:
            how["headers"] = list(drawn.headers)
        if drawn.method == "GET" and fields and "?" not in path:
            how["query_string"] = urlencode(
                [(n, v) for n, v in fields if isinstance(v, str)], errors="replace"
            )
        elif drawn.body is not None:
            how["data"] = drawn.body
        elif drawn.method != "GET" and (fields or drawn.multipart):
            data = MultiDict[str, Any]()
            for name, value in fields:
                data.add(name, _as_sent(value))
            how["data"] = data
            if drawn.multipart:
                how["content_type"] = "multipart/form-data"
        if drawn.query:
            how["query_string"] = drawn.query
        return one, how

    def _form(self, one: Somebody, drawn: Drawn) -> FormOnPage | None:
        if drawn.found is None:
            return None
        form = drawn.found.form
        if drawn.anew:
            for found in forms_on(asked(one, form.page)):
                if found.action == form.action and set(found.fields) == set(form.fields):
                    return found
        return form

    def _fields(self, one: Somebody, drawn: Drawn, form: FormOnPage | None) -> list[tuple[str, Value]]:
        held = MultiDict(form.held) if form else MultiDict[str, str]()
        made: list[tuple[str, Value]] = []
        for name, value in drawn.fields:
            if name == "csrf_token":
                continue
            match value:
                case Held.ON_THE_PAGE:
                    made += [(name, one) for one in held.getlist(name)]
                case Held.FITTING:
                    made.append(
                        (name, one.fitting.get(name.rpartition("-")[2], held.get(name) or "Because it is so"))
                    )
                case _:
                    made.append((name, value))
        if drawn.token and drawn.method != "GET":
            made.append(("csrf_token", held.get("csrf_token") or one.csrf))
        return made


# What belongs into boxes of these names, for anybody.
_FITTING = {
    "password": PASSWORD,
    "old": PASSWORD,
    "current": PASSWORD,
    "again": "five other plain words here",
    "new": "five other plain words here",
    "typed_name": "Quetzal Doe",
    "printed_name": "Quetzal Doe",
    "email": "quetzal@example.org",
    "address": "quetzal@example.org",
    "clinic_phone": "(555) 010-0100",
    "clinic_color": "#0f766e",
    "year": "1988",
    "month": "7",
    "day": "4",
    "codes": "2",
    "uses": "1",
    "days": "14",
    "second_read_percent": "10",
    "claim_minutes": "30",
    "promised_amount": "2",
    "rules": RULES,
    "overlay": "",
    "name": "aspirin",
    "signed_on": "November 17 2026",
}


def asked(one: Somebody, path: str) -> TestResponse:
    """A page, whose token the browser has from then on."""
    page = one.client.get(path, base_url=SITE)
    if page.mimetype == "text/html" and (token := _TOKEN.search(page.text)):
        one.csrf = token[1]
    return page


def _as_sent(value: Value) -> object:
    match value:
        case File(name, content, kind):
            return FileStorage(BytesIO(content), name, content_type=kind)
        case _:
            return value
