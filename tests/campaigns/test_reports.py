"""A report says what was seen, and the assurance page says no more than the reports do."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaigns.assurance import AIMS, PAGE, Aim, page
from campaigns.reports import CHECKOUT, end, keep, kept, report, versions

AIM = Aim(
    "falls", "what fell", "Things are dropped. Control: a hole in the floor.", {"drops": 10}, "One drop."
)


def seen(*, drops=10, noticed=True, faults=()):
    begun = datetime.now(UTC)
    figures, control = {"drops": drops}, {"holes": 1}
    one = report(
        "falls", seed=7, begun=begun, figures=figures, control=control, noticed=noticed, faults=faults
    )
    return replace(one, commit="0123456789ab")


def row(*told):
    (line,) = re.findall(r"^\| `falls` \|.*$", page({one.campaign: one for one in told}, [AIM]), re.MULTILINE)
    return line.split(" | ")[1:]


def test_a_report_is_read_back_as_it_was_kept(tmp_path):
    one = seen(faults=("it fell",))

    keep(one, tmp_path)

    assert kept(tmp_path) == {"falls": one}


def test_a_campaign_that_was_not_run_says_so():
    assert row()[0] == "not run yet"
    assert row()[-1].startswith("no")


@pytest.mark.parametrize(
    ("told", "found", "reached"),
    [
        (seen(), "yes", "yes"),
        (seen(drops=9), "yes", "no"),
        (seen(noticed=False), "NO", "no"),
        (seen(faults=("it fell",)), "yes", "no"),
        (replace(seen(), commit="0123456789ab+"), "yes", "no"),
    ],
)
def test_all_it_aims_at_is_reached_only_clean_and_whole_and_with_a_control_that_was_found(
    told, found, reached
):
    assert row(told)[2] == found
    assert row(told)[3].startswith(reached)


def test_a_report_says_what_it_was_made_with():
    assert {"sqlite", "cryptography", "hypothesis", "waitress"} <= versions().keys()
    assert all(re.fullmatch(r"\d+(\.\w+)+", number) for number in versions().values())


@pytest.mark.parametrize("told", [seen(noticed=False), seen(faults=("it fell",))])
def test_a_campaign_that_was_not_clean_ends_with_an_error(told):
    with pytest.raises(SystemExit) as ended:
        end(told)

    assert ended.value.code == 1


def test_the_page_is_what_the_reports_say():
    assert PAGE.read_text(encoding="utf-8") == page(kept()), "run `python -m campaigns.assurance`"


def test_every_report_is_of_a_campaign_that_is_there():
    assert set(kept()) <= {one.campaign for one in AIMS}
    assert all((CHECKOUT / "tests" / "campaigns" / f"{one.campaign}.py").is_file() for one in AIMS)


def test_what_every_run_of_the_tests_has_of_a_campaign_is_said_and_is_there():
    for one in AIMS:
        named = re.findall(r"`(tests/[\w/]+\.py)`", one.short)
        assert named, one.campaign
        assert all((CHECKOUT / name).is_file() for name in named), one.campaign
    assert "In `make test`: One drop." in page({}, [AIM])
