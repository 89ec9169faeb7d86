"""What is shipped to send the log to another machine says what keeps its lines whole, secret and ours."""

import re
from pathlib import Path

import pytest

from house.test_deploy import UNITS, unit

LOGS = Path(__file__).parents[2] / "deploy" / "logs"
SENDER, COLLECTOR = ((LOGS / f"{one}.conf").read_text("utf-8") for one in ("sender", "collector"))
SENT_ONLY_TO_ITS_NAME = {
    "type": "omfwd",
    "protocol": "tcp",
    "tcp_framing": "octet-counted",
    "streamdriver": "gtls",
    "streamdrivermode": "1",
    "streamdriverauthmode": "x509/name",
    "streamdriverpermittedpeers": "logs.example.org",
    "target": "logs.example.org",
    "gnutlsprioritystring": "NORMAL:-VERS-ALL:+VERS-TLS1.3",
}
TAKEN_ONLY_FROM_NAMES = {
    "type": "imtcp",
    "streamdriver.name": "gtls",
    "streamdriver.mode": "1",
    "streamdriver.authmode": "x509/name",
    "permittedpeer": "intake.example.org",
    "gnutlsprioritystring": "NORMAL:-VERS-ALL:+VERS-TLS1.3",
    "ruleset": "intake",
}
WAITS = {
    "queue.type": "LinkedList",
    "queue.filename": "intake",
    "queue.highwatermark": "200",
    "queue.saveonshutdown": "on",
    "queue.dequeuebatchsize": "1",
    "queue.maxdiskspace": "256m",
    "queue.timeoutenqueue": "0",
    "action.resumeretrycount": "-1",
    "keepalive": "on",
}
FOR_ROOT = {"fileowner": "root", "filecreatemode": "0640", "dirowner": "root", "dircreatemode": "0750"}
CERTIFICATES = {
    "cafile": "/etc/intake/logs/authority.pem",
    "certfile": "/etc/intake/logs/machine.pem",
    "keyfile": "/etc/intake/logs/machine.key",
}


def said(text, kind):
    """What the one ``action`` or ``input`` says; names in small letters, since rsyslog does not care."""
    without_comments = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    (within,) = re.findall(rf"^\s*{kind}\((.*?)^\s*\)$", without_comments, re.MULTILINE | re.DOTALL)
    return {name.lower(): value for name, value in re.findall(r'([\w.]+)=\[?"([^"]*)"\]?', within)}


def lacks(text, kind, wanted):
    """What of something wanted is not said, or not so."""
    told = said(text, kind)
    return {name for name, value in wanted.items() if told.get(name) != value}


def certificates(text, kind):
    return {name.removeprefix("streamdriver."): value for name, value in said(text, kind).items()}


def test_the_log_goes_over_tls_to_a_collector_of_the_right_name_alone():
    assert lacks(SENDER, "action", SENT_ONLY_TO_ITS_NAME) == set()
    assert CERTIFICATES.items() <= certificates(SENDER, "action").items()


def test_the_collector_listens_over_tls_to_machines_it_names_and_to_nobody_else():
    assert lacks(COLLECTOR, "input", TAKEN_ONLY_FROM_NAMES) == set()
    assert CERTIFICATES.items() <= certificates(COLLECTOR, "input").items()
    assert len(re.findall(r"^\s*input\(", COLLECTOR, re.MULTILINE)) == 1


def test_lines_wait_on_the_disk_without_end_but_within_a_bound():
    assert lacks(SENDER, "action", WAITS) == set()


def test_the_lines_of_the_three_services_are_sent_whole_and_no_others():
    (names,) = re.findall(r"^if \$programname == \[(.*)\] then \{$", SENDER, re.MULTILINE)
    ours = {unit(name)["Service"]["SyslogIdentifier"] for name in UNITS}

    assert {one.strip(' "') for one in names.split(",")} == ours
    assert re.search(r"^    stop\n\}$", SENDER, re.MULTILINE)
    assert SENDER.count("action(") == 1
    assert all('\nglobal(maxMessageSize="64k")\n' in one for one in (SENDER, COLLECTOR))


def test_what_was_collected_is_for_root_in_a_file_named_by_where_it_came_from():
    assert lacks(COLLECTOR, "action", FOR_ROOT) == set()
    assert 'string="/var/log/intake/%fromhost-ip%.log"' in COLLECTOR
    assert (LOGS / "logrotate").read_text("utf-8").count("/var/log/intake/*.log {") == 1


@pytest.mark.parametrize(
    ("text", "kind", "wanted", "shipped", "wrong"),
    [
        (SENDER, "action", SENT_ONLY_TO_ITS_NAME, '"x509/name"', '"anon"'),
        (SENDER, "action", SENT_ONLY_TO_ITS_NAME, "    streamDriverMode", "    # streamDriverMode"),
        (SENDER, "action", WAITS, 'queue.filename="intake"', ""),
        (COLLECTOR, "input", TAKEN_ONLY_FROM_NAMES, 'permittedPeer=["intake.example.org"]', ""),
        (COLLECTOR, "action", FOR_ROOT, "0640", "0644"),
    ],
)
def test_a_line_that_is_other_would_be_noticed(text, kind, wanted, shipped, wrong):
    assert shipped in text
    assert len(lacks(text.replace(shipped, wrong), kind, wanted)) == 1


def test_the_authoritys_key_is_put_into_no_machines_folder():
    script = (LOGS / "certificates.sh").read_text("utf-8")

    assert re.findall(r"^\s*cp (.*)$", script, re.MULTILINE) == ['authority.pem "$name"']
    assert "umask 077" in script
    assert "subjectAltName=DNS:$name" in script
    # Of the two, the one that makes lines wait is over first.
    days = [int(one) for one in re.findall(r"^\s*days=(\d+)$", script, re.MULTILINE)]
    assert days == sorted(days) and len(set(days)) == 2
