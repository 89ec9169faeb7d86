"""What the program is not written with, whatever it does: each gate has a control, a slip that it catches."""

import ast
import re
from functools import cache
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # typeshed has none

import jinja2
import pytest
from jinja2 import nodes

import intake
from intake import resources

PACKAGE = Path(intake.__file__).parent
SOURCE = {
    str(path.relative_to(PACKAGE)): ast.parse(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
    if "migrations/versions" not in path.as_posix()
}
TEMPLATES = {
    str(path.relative_to(resources.TEMPLATES)): path.read_text("utf-8")
    for path in sorted(resources.TEMPLATES.rglob("*.html"))
}
SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted((PACKAGE / "web" / "static").glob("*.js"))}

# Code made of words, and words that become objects.
MAKES_CODE = re.compile(
    r"(builtins\.)?(eval|exec|compile|__import__)|(pickle|marshal|shelve|dill|runpy)\.\w+"
    r"|yaml\.(load|load_all|unsafe_load|full_load|Loader|UnsafeLoader|FullLoader)|render_template_string"
    r"|(jinja2\.)?Template|os\.(system|popen)|subprocess\.(getoutput|getstatusoutput)"
)
# Where another program is started, and which: our own Python, with words of ours alone.
STARTS_PROGRAMS = {
    "papers/engine.py", "services/supervising.py", "services/processes.py",
    # `intake rules prove`, at a console.
    "services/proofs.py",
}  # fmt: skip
# Names of tables and settings, from lists in the same file: there is no placeholder for a name.
NAMES_IN_SQL = {
    "storage/condition.py": ["text(f'SHOW {name}')"],
    "storage/database.py": ["cursor.execute(f'PRAGMA {pragma}')"],
    "storage/rewrapping.py": ["text(f'LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE')"],
}
# Both stand in the open already. The seal itself is compared in constant time.
IN_THE_OPEN = {"kept.mac != last.mac", "line.prev_mac != mac"}
# Each repetition begins with a hyphen, which the one inside cannot hold: there is one way to read it.
PARTED = {"content/rules.py": ["[a-z][a-z0-9]*(-[a-z0-9]+)*"]}
# Drawings of ours, from a list in the same file.
DRAWN = {"components/icon.html": ["safe"]}
# The one parser of XML there is: it reads a logo, and is given no declaration (tests/domain/test_logo.py).
READS_XML = {"domain/logo_svg.py"}
# Who opens a connection: e-mail, the provider a clinic names, and the doctor, to the clinic's own addresses.
REACHES_OUT = {
    "services/front_door.py",
    "services/mail_server.py",
    "services/provider.py",
    "services/provider_client.py",
    "services/provider_sign_in.py",
}
REACHING = {"smtplib", "requests", "urllib3", "httpx", "aiohttp", "ftplib", "authlib", "joserfc", "pycurl"}
OPENS = re.compile(r"(^|\.)(create_connection|urlopen|HTTPS?Connection|SMTP|SMTP_SSL|OAuth2Session)$")
# What the standard asks about and this product does not have: ASVS rows that are not applicable rest on it.
NOT_HERE = {
    "ldap": "1.2.6", "ldap3": "1.2.6", "lxml": "1.2.7", "pylatex": "1.2.8", "bleach": "1.3.1", "nh3": "1.3.1",
    "pymemcache": "1.3.9", "memcache": "1.3.9", "pylibmc": "1.3.9", "ctypes": "1.4.1", "cffi": "1.4.1",
    "graphql": "4.3.1", "graphene": "4.3.1", "strawberry": "4.3.1", "websockets": "4.4.1",
    "flask_sock": "4.4.1", "flask_socketio": "4.4.1", "twilio": "6.6.1", "saml2": "6.8.3",
    "onelogin": "6.8.3", "aiortc": "17.1.1", "oauthlib": "10.4.1", "random": "6.5.3",
}  # fmt: skip
WEAK = re.compile(
    r"(hashlib|hashes)\.(md4|md5|sha1|MD5|SHA1|new)|modes\.(ECB|CBC|CFB|OFB|CTR)|algorithms\.(TripleDES|ARC4|Blowfish|IDEA)"
    r"|padding\.PKCS1v15|ssl\._create_unverified_context|Fernet|MultiFernet"
)
UNCHECKED = re.compile(
    r"CERT_NONE|check_hostname = False|verify=False|_create_unverified|InsecureRequestWarning"
)
# A secret that is compared letter by letter tells by its time how far a guess was right.
SECRET_NAME = re.compile(r"\b(token|mac|secret|password|phrase|signature|hashed)\b|_(token|mac|secret)$")
IN_A_SCRIPT = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|srcdoc|createContextualFragment)\b"
    r"|document\.write|\beval\(|new Function"
    r"|\bpostMessage\b|\bsessionStorage\b|\bindexedDB\b|\bWebSocket\b|\bRTCPeerConnection\b|document\.cookie"
    r"|setTimeout\(\s*['\"`]|\bjsonp\b|callback=|__proto__|\.prototype\b|\bvar \w|\bwindow\.\w+ =[^=]|https?://"
)


@cache
def parts(tree, *kinds):
    """Everything of these kinds, in the order it is written."""
    return [node for node in walked(tree) if isinstance(node, kinds)]


@cache
def walked(tree):
    return list(ast.walk(tree))


@cache
def calls(tree):
    """Every call, as it is written."""
    return [(ast.unparse(node.func), node) for node in parts(tree, ast.Call)]


@cache
def imports(tree):
    """The first word of everything that is imported."""
    plain = [one.name.split(".")[0] for node in parts(tree, ast.Import) for one in node.names]
    named = [
        node.module.split(".")[0] for node in parts(tree, ast.ImportFrom) if node.module and not node.level
    ]
    return plain + named


@cache
def text_of(tree):
    return ast.unparse(tree)


def makes_code(tree):
    made = [name for name, _ in calls(tree) if MAKES_CODE.fullmatch(name)]
    chosen = [
        name
        for name, node in calls(tree)
        if name.endswith("import_module") and not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    unpacked = [
        name for name in imports(tree) if name in ("pickle", "marshal", "shelve", "dill", "cloudpickle")
    ]
    return made + chosen + unpacked


def starts_a_program(tree):
    shell = [ast.unparse(node) for _, node in calls(tree) if any(one.arg == "shell" for one in node.keywords)]
    begun = [name for name, _ in calls(tree) if re.fullmatch(r"os\.(exec|spawn|posix_spawn|fork)\w*", name)]
    brought = [name for name in imports(tree) if name in ("subprocess", "multiprocessing", "pty", "pexpect")]
    return shell or begun + brought


def reads_xml(tree):
    return [name for name in imports(tree) if name in ("xml", "lxml", "defusedxml", "xmltodict")]


def written_sql(tree):
    """SQL put together from pieces: an f-string or a sum that is handed to text() or execute()."""
    for name, node in calls(tree):
        first = node.args[0] if node.args else None
        if name.split(".")[-1] in ("text", "execute", "exec_driver_sql") and isinstance(
            first, ast.JoinedStr | ast.BinOp
        ):
            yield ast.unparse(node)


def compared(tree):
    for node in parts(tree, ast.Compare):
        if not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        for side in (node.left, *node.comparators):
            last = (
                side.attr
                if isinstance(side, ast.Attribute)
                else side.id
                if isinstance(side, ast.Name)
                else ""
            )
            if SECRET_NAME.search(last):
                yield from {ast.unparse(node)} - IN_THE_OPEN


def made_up_patterns(tree):
    """A regular expression with something in it that is neither ours nor escaped."""
    for name, node in calls(tree):
        if not name.startswith("re.") or name == "re.escape" or not node.args:
            continue
        pattern = node.args[0]
        for part in ast.walk(pattern):
            if isinstance(part, ast.FormattedValue):
                inner = part.value
                ours = isinstance(inner, ast.Name) and inner.id.strip("_").isupper()
                escaped = isinstance(inner, ast.Call) and ast.unparse(inner.func) == "re.escape"
                if not (ours or escaped):
                    yield ast.unparse(node)


def repeats_a_repetition(items, within=False):
    """Whether a pattern repeats, without end, something that is itself repeated without end."""
    for what, given in items:
        match what:
            case _constants.MAX_REPEAT | _constants.MIN_REPEAT:
                endless = given[1] is _constants.MAXREPEAT
                if (endless and within) or repeats_a_repetition(given[2], within or endless):
                    return True
            case _constants.SUBPATTERN:
                if repeats_a_repetition(given[3], within):
                    return True
            case _constants.BRANCH:
                if any(repeats_a_repetition(one, within) for one in given[1]):
                    return True
            case _constants.ASSERT | _constants.ASSERT_NOT:
                if repeats_a_repetition(given[1], within):
                    return True
    return False


def slow_patterns(tree):
    for name, node in calls(tree):
        first = node.args[0] if node.args else None
        if (
            not name.startswith("re.")
            or not isinstance(first, ast.Constant)
            or not isinstance(first.value, str)
        ):
            continue
        if name != "re.escape" and repeats_a_repetition(_parser.parse(first.value)):
            yield first.value


def unescaped(text):
    """What a template writes as it is: by a filter that calls it safe, or in a block that escapes nothing."""
    tree = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).parse(text)
    yield from (
        one.name for one in tree.find_all(nodes.Filter) if one.name in ("safe", "forceescape", "tojson")
    )
    yield from (
        "autoescape" for _ in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier))
    )


def found(look, tree_by_name=SOURCE, but=frozenset()):
    return {
        name: seen for name, tree in tree_by_name.items() if name not in but and (seen := list(look(tree)))
    }


def slip(code):
    return {"slip.py": ast.parse(code)}


def test_no_words_become_code_or_objects():
    assert found(makes_code) == {}


def test_programs_are_started_in_few_places_and_never_through_a_shell():
    assert found(starts_a_program, but=STARTS_PROGRAMS) == {}
    assert all(
        "shell" not in str(starts_a_program(SOURCE[name])) for name in STARTS_PROGRAMS if name in SOURCE
    )
    assert not [name for name in STARTS_PROGRAMS if name.startswith("web/")]


def test_xml_is_read_in_one_place():
    assert found(reads_xml, but=READS_XML) == {}


def test_nobody_else_opens_a_connection():
    brought = found(lambda tree: [name for name in imports(tree) if name in REACHING], but=REACHES_OUT)

    assert brought == {}
    assert found(called_out, but=REACHES_OUT) == {}


def called_out(tree):
    """Whatever opens a connection to another machine."""
    return [name for name, _ in calls(tree) if OPENS.search(name)]


def test_what_is_said_not_to_be_here_is_not_here():
    def unwanted(tree):
        return [name for name in imports(tree) if name in NOT_HERE]

    # The C library of the system, for leaving no memory behind, is called by name and with numbers.
    assert {name: seen for name, seen in found(unwanted).items() if seen != ["ctypes"]} == {}
    rows = (resources.SAFETY / "asvs.yaml").read_text("utf-8")
    assert [one for one in NOT_HERE.values() if f"- id: {one}\n" not in rows] == []


def test_no_weak_cipher_hash_or_padding_is_used():
    def weak(tree):
        return [name for name, _ in calls(tree) if WEAK.search(name)]

    # SHA-1 is the name that the list of stolen passwords has for each: nothing is kept safe by it (0061).
    assert found(weak, but={"storage/breached_passwords.py"}) == {}


def test_no_certificate_goes_unchecked():
    assert found(lambda tree: UNCHECKED.findall(text_of(tree))) == {}


def test_no_sql_is_put_together_from_pieces():
    assert {
        name: one for name, one in found(written_sql).items() if set(one) - set(NAMES_IN_SQL.get(name, ()))
    } == {}


def test_no_secret_is_compared_letter_by_letter():
    assert found(compared) == {}


def test_no_pattern_is_made_of_what_somebody_typed():
    assert found(made_up_patterns) == {}


def test_no_pattern_repeats_a_repetition():
    assert found(slow_patterns) == PARTED


def test_no_template_leaves_anything_unescaped():
    assert {name: seen for name, text in TEMPLATES.items() if (seen := list(unescaped(text)))} == DRAWN
    assert len(TEMPLATES) > 100


def test_no_script_makes_markup_or_code_of_words_or_keeps_them():
    slips = {name: seen.group() for name, text in SCRIPTS.items() if (seen := IN_A_SCRIPT.search(text))}
    kept = {name for name, text in SCRIPTS.items() if "localStorage" in text}

    assert slips == {}
    # Whether the keys of the keyboard are on: "off", or nothing.
    assert kept == {"keys.js"}
    assert re.findall(r"localStorage\.(\w+)", SCRIPTS["keys.js"]) == ["keys", "keys"]
    assert len(SCRIPTS) >= 6


def test_every_script_is_a_module_whose_names_are_its_own():
    tags = [tag for text in TEMPLATES.values() for tag in re.findall(r"<script\b[^>]*>", text)]

    assert tags and {re.sub(r"\{\{.*?\}\}", "", tag) for tag in tags} == {'<script type="module" src="">'}


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (makes_code, "eval(rule)"),
        (makes_code, "yaml.load(text)"),
        (makes_code, "render_template_string(words)"),
        (makes_code, "import pickle"),
        (makes_code, "importlib.import_module(named)"),
        (starts_a_program, "import subprocess"),
        (starts_a_program, "run(words, shell=True)"),
        (reads_xml, "from xml.dom import minidom"),
        (called_out, "urllib.request.urlopen(address)"),
        (written_sql, "session.execute(text(f'SELECT {name}'))"),
        (written_sql, "connection.execute('DELETE FROM ' + table)"),
        (compared, "row.token == token"),
        (compared, "line.mac != mac"),
        (made_up_patterns, "re.search(f'{typed}', words)"),
        (slow_patterns, "re.compile(r'(a+)+$')"),
        (slow_patterns, "re.search('^(\\\\w|[a-z]*)*;', words)"),
        (lambda tree: UNCHECKED.findall(text_of(tree)), "context.verify_mode = ssl.CERT_NONE"),
        (lambda tree: [name for name, _ in calls(tree) if WEAK.search(name)], "hashlib.md5(answer)"),
        (lambda tree: [name for name in imports(tree) if name in NOT_HERE], "import ldap3"),
    ],
)
def test_a_slip_would_be_found(look, code):
    assert found(look, slip(code))


@pytest.mark.parametrize(
    "slipped", ["{{ words|safe }}", "{% autoescape false %}{{ words }}{% endautoescape %}"]
)
def test_a_template_that_escapes_nothing_would_be_found(slipped):
    assert list(unescaped(slipped))


@pytest.mark.parametrize(
    "slipped",
    ["box.innerHTML = typed", "addEventListener('message', f); w.postMessage(1)", "window.names = []"],
)
def test_a_slip_in_a_script_would_be_found(slipped):
    assert IN_A_SCRIPT.search(slipped)
