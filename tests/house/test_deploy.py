"""What is shipped to stand before intake and to start it: each line that protects somebody is there."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from intake.cli import main
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE
from intake.web.allowances import LARGEST_PAGE, LARGEST_UPLOAD
from intake.web.headers import protection

DEPLOY = Path(__file__).parents[2] / "deploy"
NGINX = {path.name: path.read_text("utf-8") for path in (DEPLOY / "nginx").iterdir()}
CADDY = (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8")
UNITS = {"patient": PATIENT_FILE, "clinic": CLINIC_FILE, "worker": WORKER_FILE}
# Reports of the content policy go to intake, and a page of a proxy has nothing that could break it.
BY_PROXY = {
    name: re.sub(r"; report-(uri|to) [^;]+", "", value)
    for name, value in protection(https=True).items()
    if name != "Reporting-Endpoints"
} | {"Cache-Control": "no-store"}
# What systemd takes away; each is one of the lines of `systemd-analyze security`.
TAKEN_AWAY = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateUsers": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "ProtectProc": "invisible",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "LimitCORE": "0",
    "MemorySwapMax": "0",
    "IPAddressDeny": "any",
    "Restart": "always",
}
# What intake must never be told by a visitor, beside the address that the proxy itself writes.
CLAIMS = ("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "Forwarded")


def unit(name):
    """A unit, with the last value of each line and all of those that may come more than once."""
    reader = configparser.RawConfigParser(strict=False, interpolation=None)
    reader.optionxform = str
    reader.read(DEPLOY / "systemd" / f"intake-{name}.service", "utf-8")
    return reader


def nginx_headers(text):
    return dict(re.findall(r'^add_header ([\w-]+) "(.*)" always;$', text, re.MULTILINE))


def caddy_headers(text):
    within = re.search(r"\(protected\) \{\n\theader \{\n(.*?)\n\t\}", text, re.DOTALL)[1]
    return dict(re.findall(r'^\t\t([A-Z][\w-]+) "(.*)"$', within, re.MULTILINE))


def test_what_a_proxy_answers_itself_carries_what_intake_answers():
    assert nginx_headers(NGINX["headers.conf"]) == BY_PROXY
    assert caddy_headers(CADDY) == BY_PROXY


def test_a_header_changed_in_one_place_alone_would_be_noticed():
    assert nginx_headers(NGINX["headers.conf"].replace("nosniff", "sniff")) != BY_PROXY
    assert caddy_headers(CADDY.replace("no-store", "public")) != BY_PROXY


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_proxy_passes_a_claim_of_a_visitor_on(claim):
    assert f'proxy_set_header {claim} "";' in NGINX["proxied.conf"]
    assert f"header_up -{claim}\n" in CADDY
    assert "X-Forwarded-For $remote_addr;" in NGINX["proxied.conf"]
    assert "header_up X-Forwarded-For {remote_host}\n" in CADDY


def test_only_what_is_read_is_led_over_to_https_and_what_is_sent_in_the_open_is_refused():
    in_the_open = NGINX["intake.conf"].split("# Patients.")[0]
    of_caddy = CADDY.split("# Patients.")[0]

    assert "if ($request_method !~ ^(GET|HEAD)$) {\n            return 403;" in in_the_open
    assert in_the_open.count("return 301 https://$host$request_uri;") == 1
    assert "auto_https disable_redirects" in of_caddy
    assert "@read method GET HEAD\n\tredir @read https://{host}{uri} 301\n\trespond 403" in of_caddy


def test_each_server_of_nginx_says_for_itself_what_nginx_conf_of_the_package_says_otherwise():
    blocks = NGINX["intake.conf"].split("\nserver {")[1:]
    beside = re.findall(r"^(\w+) ", NGINX["intake.conf"], re.MULTILINE)

    assert len(blocks) == 5
    assert all(block.startswith("\n    include /etc/nginx/intake/served.conf;\n") for block in blocks)
    # Said beside the servers, a word that nginx.conf says too keeps nginx from starting.
    assert set(beside) == {"server", "limit_conn_zone"}


def test_tls_is_of_today_and_anything_older_is_left_out():
    assert set(re.findall(r"ssl_protocols (.*);", "".join(NGINX.values()))) == {"TLSv1.2 TLSv1.3"}
    suites = re.search(r"ssl_ciphers (.*);", NGINX["served.conf"])[1].split(":")
    assert [
        one for one in suites if not re.fullmatch(r"ECDHE-\w+-(AES\d+-GCM-SHA\d+|CHACHA20-POLY1305)", one)
    ] == []
    # Caddy speaks nothing older by itself, and nothing here asks it to.
    assert re.findall(r"protocols (.*)", CADDY) == ["h1 h2"]


def test_the_authoritys_word_on_a_certificate_goes_along():
    """OCSP stapling: nginx when it is told to, Caddy by itself unless it is told not to."""
    assert "\nssl_stapling on;\n" in NGINX["served.conf"]
    assert not re.search(r"ocsp_stapling\s+off", CADDY)


def sites(text, named, handed_on):
    """The names at which something is handed on to intake, each with the port."""
    at = {}
    for line in text.split("# Patients.")[1].splitlines():
        if found := re.match(named, line):
            name = found[1]
        elif found := re.search(handed_on, line):
            at.setdefault(name, set()).add(found[1])
    return at


def test_each_site_has_a_name_of_its_own():
    each = {"forms.example.org": {"8000"}, "staff.example.org": {"8001"}}

    assert sites(NGINX["intake.conf"], r"\s+server_name (\S+);", r"proxy_pass http://127.0.0.1:(\d+)") == each
    assert sites(CADDY, r"(\S+) \{", r"import proxied 127.0.0.1:(\d+)") == each


def test_neither_writes_down_who_asked_for_what():
    assert "access_log off;" in NGINX["served.conf"]
    assert not re.search(r"access_log (?!off)|log_format", "".join(NGINX.values()))
    assert re.search(r"log default \{\n\t\tlevel PANIC\n", CADDY)
    assert not re.search(r"^\tlog( \{)?$|output", CADDY, re.MULTILINE)


def test_neither_compresses_a_page():
    assert "gzip off;" in NGINX["served.conf"]
    assert "encode" not in CADDY


def test_a_page_fits_with_room_for_intakes_own_answer_and_files_go_where_files_are_taken():
    sizes = [int(size) * 1024 for size in re.findall(r"client_max_body_size (\d+)k;", NGINX["intake.conf"])]
    files = [int(size) << 20 for size in re.findall(r"client_max_body_size (\d+)m;", NGINX["intake.conf"])]

    assert set(sizes) == {4 * LARGEST_PAGE}
    assert files and all(size > LARGEST_UPLOAD for size in files)
    assert re.findall(r"max_size (\S+)", CADDY).count("256KB") == 2


def test_what_nginx_takes_in_of_a_page_stays_in_its_memory():
    assert NGINX["intake.conf"].count("client_body_buffer_size 256k;") == 2
    assert "proxy_max_temp_file_size 0;" in NGINX["proxied.conf"]


@pytest.mark.parametrize("page", ["patient.html", "clinic.html"])
def test_the_page_of_a_proxy_needs_nothing_else(page):
    text = (DEPLOY / "pages" / page).read_text("utf-8")

    assert not re.search(r"<script|<style|style=|src=|https?:", text)
    assert text.count("<h1>") == 1
    assert (text.count('href="tel:988"'), text.count('href="tel:911"')) == (
        (2, 2) if "patient" in page else (0, 0)
    )


@pytest.mark.parametrize("name", UNITS)
def test_each_service_is_a_user_of_its_own_with_its_own_key_and_nothing_else(name):
    service = unit(name)["Service"]

    assert (service["User"], service["Group"]) == (f"intake-{name}", f"intake-{name}")
    assert service["LoadCredential"] == f"{UNITS[name]}:/etc/intake/keys/{UNITS[name]}"
    assert service["InaccessiblePaths"] == "-/etc/intake/keys"
    assert {key: service.get(key) for key in TAKEN_AWAY} == TAKEN_AWAY
    assert not [key for key in service if key in ("ReadWritePaths", "AmbientCapabilities") and service[key]]


@pytest.mark.parametrize("name", UNITS)
def test_each_service_runs_a_command_there_is(name):
    words = unit(name)["Service"]["ExecStart"].split()[1:]
    command = main
    for word in words:
        command = command.get_command(None, word)

    assert words == (["work"] if name == "worker" else ["serve", name])
    assert command is not None


def test_a_service_without_a_protection_would_be_noticed(tmp_path):
    service = unit("patient")["Service"]
    del service["NoNewPrivileges"]

    assert {key: service.get(key) for key in TAKEN_AWAY} != TAKEN_AWAY


def test_what_is_shipped_is_described():
    described = (DEPLOY / "README.md").read_text("utf-8")

    logs = [f"logs/{one.name}" for one in (DEPLOY / "logs").iterdir()]
    for path in ("nginx/intake.conf", "caddy/Caddyfile", "pages/", "systemd/", *logs):
        assert f"`{path}`" in described
        assert (DEPLOY / path).exists()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_understands_every_unit_and_thinks_well_of_it(tmp_path):
    for path in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text("utf-8"), flags=re.MULTILINE)
        # Users who are not there would be remarked on.
        text = re.sub(r"^(User|Group)=.*", r"\1=root", text, flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
    units = [str(path) for path in tmp_path.iterdir()]
    verified = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    services = [one for one in units if one.endswith(".service")]
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", *services],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")
    assert exposed.returncode == 0, exposed.stdout
