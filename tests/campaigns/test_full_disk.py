"""The disk of the campaign that fills it: where none can be mounted, the campaign says so and has not run.

What becomes of a form when SQLite's log finds no room is in ``campaigns/test_disks.py``.
"""

import pytest
from click.testing import CliRunner

from campaigns import full_disk, small_disk


def test_where_nothing_can_be_mounted_it_counts_as_not_run(monkeypatch):
    def refused(*_arguments):
        raise small_disk.NotHere("mount: only root can do that")

    monkeypatch.setattr(full_disk, "campaign", refused)
    monkeypatch.setattr(full_disk, "end", lambda _report: pytest.fail("a report of what was not run"))
    ended = CliRunner().invoke(full_disk.main, [])

    assert ended.exit_code == 1
    assert "not run: this campaign has to mount a disk of its own. mount: only root" in ended.output


@pytest.mark.parametrize("program", ["false", "no-such-program-here"])
def test_a_program_that_fails_or_is_not_there_is_no_disk(program):
    with pytest.raises(small_disk.NotHere, match=program):
        small_disk._run(program)
