"""After the whole run: every test that the safety case or the ASVS page names was run, and passed.

That such a test is there and is not marked is looked at by tests of the house. A fixture that skips, a
parameter list that turned out empty, or a test nobody collected would get past them; not past this.
"""

import re

from intake import resources

_NAMED = re.compile(r"tests/[\w/]+\.py::test_\w+")
_FILES = ("hazards.yaml", "asvs.yaml")


def named():
    """Every test that a document of the safety folder names."""
    return {
        test
        for name in _FILES
        for test in _NAMED.findall((resources.SAFETY / name).read_text(encoding="utf-8"))
    }


def without_proof(named, passed):
    """The named tests of which nothing passed.

    ``passed`` are ids as pytest writes them: with what a test was given, and the group it runs in.
    """
    return sorted(named - {re.split(r"[\[@]", one)[0] for one in passed})


class Ran:
    """Listens to a run, and fails it when it was whole and a named test did not pass in it."""

    def __init__(self, is_whole):
        self.is_whole = is_whole
        self.passed = set()
        self.missing = ()

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)

    def pytest_sessionfinish(self, session, exitstatus):
        if self.is_whole and exitstatus == 0:
            self.missing = without_proof(named(), self.passed)
            if self.missing:
                session.exitstatus = 1

    def pytest_terminal_summary(self, terminalreporter):
        for test in self.missing:
            terminalreporter.write_line(f"named as proof, and nothing of it passed: {test}", red=True)


def pytest_configure(config):
    """Only the process that hears of every test listens, and only a whole run is held to it."""
    if not hasattr(config, "workerinput"):
        chosen = config.option.keyword or config.option.markexpr or config.option.collectonly
        whole = not chosen and config.args == config.getini("testpaths")
        config.pluginmanager.register(Ran(is_whole=whole), "named tests ran")
