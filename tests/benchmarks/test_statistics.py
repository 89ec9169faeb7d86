"""What the benchmark of the statistics does, on few forms: that it measures what it says, never how long."""

from benchmarks import statistics
from benchmarks.statistics import Measured


def test_every_form_of_the_period_is_counted(tmp_path):
    measured = statistics.measure(tmp_path, forms=12)

    assert [(one.what, one.forms) for one in measured] == [
        ("open the tallies", 12),
        ("365 days", 10),
        ("90 days", 0),
        ("365 days, as the page does", 10),
    ]
    assert all(one.worked > 0 for one in measured)


def test_the_report_says_how_many_times_as_long_it_takes():
    measured = (
        Measured("open the tallies", worked=2.0, forms=100),
        Measured("365 days", worked=3.0, forms=100),
        Measured("90 days", worked=1.0, forms=25),
    )

    assert "1.50 times as long as opening the tallies" in statistics.report(measured)[-1]
