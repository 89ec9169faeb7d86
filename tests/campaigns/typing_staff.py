"""Staff who sign in, and type a canary into every box of every page a link leads to."""

import html
import re
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pyotp

from campaigns.watched import Box, Browser, Watched, boxes_on, but, only
from intake.content.questionnaire import read_questionnaire
from intake.domain.blank_form import short_edition
from intake.domain.permissions import Role

_LINK = re.compile(r'href="(/clinic[^"#?]*)')
_SEEDS = re.compile(r'<p class="code" tabindex="0">([^<]+)</p>')
_CODES = re.compile(r"<li[^>]*><(?:code|strong)[^>]*>([^<]+)<")
_SHOWN_ONCE = re.compile(r'value="(http[^"]*/(?:reply|invitation|return)[#/][^"]+)"')
# Who presses these is no longer there, or locks themselves out.
_LEAVES = re.compile(
    r"sign-out|sessions/end|/reset$|/remove$|/roles$|factors$|/provider|app/remove|/password$|/settings"
)
_AS_OFTEN = 2


def staff_come(product: Watched) -> Browser:
    """The first account with every role, a wrong sign-in in every way, and one that is right."""
    aviary, browser = product.aviary, Browser(product)
    password = aviary.word("staff: password") + " sings at noon"
    setup = only(r"/clinic/setup#(\S+)", product.printed)
    aviary.keep("staff: link of the first account", setup)
    for link in (aviary.word("setup: no link"), setup):
        browser.open("/clinic/setup")
        browser.send("/clinic/setup", [("link", link)])
    (box,) = [one for one in boxes_on(browser.text, browser.path) if "username" in one.kinds]
    rest = [*but(box.fields, *box.kinds), ("reviews", "y")]
    wrong = [
        ("username", f"{aviary.word('setup: no username')} in words"),
        ("printed_name", aviary.word("setup: name")),
    ]
    short = [
        ("password", aviary.word("setup: one password")),
        ("again", aviary.word("setup: another password")),
    ]
    browser.send(browser.path, [*rest, *wrong, *short])
    named = [
        ("username", "alice"),
        ("printed_name", "A. Rivera, NP"),
        ("password", password),
        ("again", password),
    ]
    browser.send(browser.path, [*rest, *named])
    for username, given in (
        (password, aviary.word("sign-in: what is no password")),
        (aviary.word("sign-in: username"), aviary.word("sign-in: password")),
        ("alice", aviary.word("sign-in: wrong password")),
        ("alice", password),
    ):
        browser.open("/clinic/sign-in")
        browser.send("/clinic/sign-in", [("username", username), ("password", given)])
    return _a_colleague(browser)


def _a_colleague(browser: Browser) -> Browser:
    """Somebody with every role, who is invited, chooses a password and signs in."""
    aviary, erin = browser.product.aviary, Browser(browser.product)
    browser.open("/clinic/staff")
    assert browser.status == 200, f"nobody was let in: {browser.status}"
    named = [
        ("username", "erin"),
        ("printed_name", "E. Every, MD"),
        ("reason", "Somebody who does everything"),
        *(("roles", role.value) for role in Role),
    ]
    browser.send("/clinic/staff", named)
    _keep_what_is_shown_once(browser)
    invited = html.unescape(only(r'value="http[^"]*/invitation#([^"]+)"', browser.text))
    password = aviary.word("staff: password") + " sings at noon"
    for link in (aviary.word("invitation: no link"), invited):
        erin.open("/clinic/invitation")
        erin.send("/clinic/invitation", [("link", link)])
    (box,) = [one for one in boxes_on(erin.text, erin.path) if "again" in one.kinds]
    rest = but(box.fields, "password", "again")
    erin.send("/clinic/invitation", [*rest, ("password", password), ("again", password)])
    erin.open("/clinic/sign-in")
    erin.send("/clinic/sign-in", [("username", "erin"), ("password", password)])
    erin.open("/clinic/queue")
    assert erin.status == 200, f"the colleague was not let in: {erin.status}"
    return erin


def staff_are_told(browser: Browser) -> None:
    """From now on somebody of the clinic is told of every form by e-mail."""
    browser.open("/clinic/settings")
    (box,) = [one for one in boxes_on(browser.text, browser.path) if "staff_addresses" in one.kinds]
    browser.send(
        box.action, [*but(box.fields, "staff_addresses"), ("staff_addresses", "desk@clinic.example")]
    )
    assert browser.status == 200, f"the settings were not taken: {browser.status}"


def staff_write(browser: Browser, reference: str) -> int:
    """A word in every box of every page that a link leads to, sent twice: as it may be taken, and as it
    is.

    How many forms were sent. Passwords among the boxes are right ones: wrong ones are typed at the door.
    """
    aviary = browser.product.aviary
    password = aviary.word("staff: password") + " sings at noon"
    fitting = _fitting(browser.product, password, reference)
    waiting, seen, tried, sent = deque(["/clinic/"]), {"/clinic/"}, dict[tuple[str, ...], int](), 0
    while waiting:
        path = waiting.popleft()
        browser.open(path)
        _keep_what_is_shown_once(browser)
        text, here = browser.text, browser.path
        for link in _LINK.findall(text):
            link = html.unescape(link)
            kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "…", link)
            tried[("link", kind)] = tried.get(("link", kind), 0) + 1
            if (
                link not in seen
                and tried[("link", kind)] <= 6
                and not re.search(r"\.pdf$|/static/|\.yaml$", link)
            ):
                seen.add(link)
                waiting.append(link)
        for box in boxes_on(text, here):
            tried[box.shape] = tried.get(box.shape, 0) + 1
            if tried[box.shape] > _AS_OFTEN or _LEAVES.search(box.action.partition("?")[0]):
                continue
            for way in ("as it may be", "as it is"):
                browser.open(path)
                _type(browser, box, way, tried[box.shape], fitting)
                _keep_what_is_shown_once(browser)
                sent += 1
                if browser.status == 200 and browser.path not in seen and "?" not in browser.path:
                    seen.add(browser.path)
                    waiting.append(browser.path)
    return sent


def _fitting(product: Watched, password: str, reference: str) -> dict[str, str]:
    """What is typed where only one thing fits, by the name of the box: a day, a number, a reference."""
    today = product.settings.today()
    questionnaire, _ = read_questionnaire(product.settings.questionnaire)
    days = {"since": -3, "until": 0, "day": 0, "on": 3, "effective_on": 3, "from": -3, "to": 0}
    fitting = {name: (today + timedelta(days)).isoformat() for name, days in days.items()}
    fitting |= dict.fromkeys(("codes", "uses", "days"), "2") | {"reference": reference, "password": password}
    return fitting | {"edition": short_edition(questionnaire.edition)}


def _type(browser: Browser, box: Box, way: str, time: int, fitting: Mapping[str, str]) -> None:
    aviary, shape = browser.product.aviary, box.shape[1]
    fields = []
    for name, value in box.fields:
        kind = box.kinds.get(name)
        place = f"clinic{shape.removeprefix('/clinic')}: {name}, {way}, {time}"
        match kind:
            case None:
                fields.append((name, value))
            case "password":
                fields.append((name, fitting["password"]))
            case _ if way == "as it may be" and name in fitting:
                fields.append((name, fitting[name]))
            case _ if way == "as it may be" and "address" in name:
                fields.append((name, f"{aviary.word(place)}@example.org"))
            case _ if way == "as it may be" and value and kind != "words":
                fields.append((name, value))
            case _:
                fields.append((name, aviary.word(place)))
    if way == "as it may be":
        fields += [one for one in box.ticks.items() if one[0] not in dict(fields)]
    if box.button:
        fields.append(box.button)
    action = urlsplit(html.unescape(box.action)).path or browser.path
    if box.method == "get":
        browser.open(f"{action}?{'&'.join(f'{quote(n)}={quote(v)}' for n, v in fields)}")
    else:
        browser.send(action, fields)


def _keep_what_is_shown_once(browser: Browser) -> None:
    aviary = browser.product.aviary
    for link in _SHOWN_ONCE.findall(browser.text):
        secret = html.unescape(link).rpartition("#" if "#" in link else "/")[2]
        kind = "invitation" if "/invitation/" in link else "question" if "/reply" in link else "saved form"
        if not any(secret.encode() in known for known in aviary.kept.values()):
            aviary.keep(f"link of {kind}: {len(aviary.kept)}", secret)
    for seed in _SEEDS.findall(browser.text):
        if not any(seed.encode() in known for known in aviary.kept.values()):
            aviary.keep(f"one-time secret {len(aviary.kept)} on {browser.path}", seed, seed.replace(" ", ""))


def staff_ask(browser: Browser, reference: str) -> tuple[str, str]:
    """A question to the patient; the address of their form, and the link they are given."""
    word = browser.product.aviary.word
    browser.open("/clinic/queue")
    (line,) = [one for one in re.findall(r"<li\b.*?</li>", browser.text, re.DOTALL) if reference in one]
    address = only(r'href="(/clinic/submissions/[0-9a-f-]+)', line)
    browser.open(f"{address}/ask")
    (box,) = [one for one in boxes_on(browser.text, browser.path) if "words" in one.kinds]
    browser.send(f"{address}/ask", [*but(box.fields, "words"), ("words", word("clinic: a question"))])
    _keep_what_is_shown_once(browser)
    return address, html.unescape(only(r'value="(http[^"]*/reply#[^"]+)"', browser.text))


def staff_sign(browser: Browser, address: str) -> None:
    """Every flag is acknowledged and the form signed, with words: after a wrong password, a right one."""
    word = browser.product.aviary.word
    for number in range(60):
        browser.open(address)
        left = [
            one
            for one in boxes_on(browser.text, address)
            if one.action.endswith(("/acknowledge", "/acknowledge-notes"))
        ]
        if not left:
            break
        said = {name: word(f"clinic: acknowledgement {number}, {name}") for name in left[0].kinds}
        ticks = [one for one in left[0].ticks.items() if one[0] not in dict(left[0].fields)]
        button = [left[0].button] if left[0].button else []
        browser.send(left[0].action, [*but(left[0].fields, *said), *said.items(), *ticks, *button])
    for password in (word("sign-off: wrong password"), word("staff: password") + " sings at noon"):
        browser.open(f"{address}/sign-off")
        (box,) = [one for one in boxes_on(browser.text, browser.path) if "password" in one.kinds]
        said = {name: word(f"clinic: sign-off, {name}") for name in box.kinds} | {"password": password}
        browser.send(
            box.action, [*but(box.fields, *said), *said.items(), *([box.button] if box.button else [])]
        )
    assert browser.status == 200 and "sign-off" not in browser.path, f"it was not signed: {browser.status}"


def staff_set_up_an_app(browser: Browser) -> None:
    """An authenticator app and recovery codes, which are shown once."""
    browser.open("/clinic/how-you-sign-in/app")
    _keep_what_is_shown_once(browser)
    seed = html.unescape(only(_SEEDS.pattern, browser.text)).replace(" ", "").upper()
    (box,) = [one for one in boxes_on(browser.text, browser.path) if "code" in one.kinds]
    browser.send(browser.path, [*but(box.fields, "code"), ("code", pyotp.TOTP(seed).now())])
    codes = _CODES.findall(browser.text)
    assert codes, f"no recovery code was shown: {browser.status}"
    for number, code in enumerate(codes):
        browser.product.aviary.keep(f"staff: recovery code {number}", code, re.sub(r"\W", "", code))
