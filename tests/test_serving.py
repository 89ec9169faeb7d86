"""What the tests take for a complaint of the product."""

from serving import Product

STOOD_IN_LINE = '{"level": "warning", "line": "library", "from": "waitress.queue", "place": "task.py:113"}'
BROKE = '{"level": "error", "line": "library", "from": "waitress", "place": "task.py:90"}'


def test_that_a_request_stood_in_line_is_no_complaint_and_anything_else_is(tmp_path):
    product = Product(tmp_path)
    (tmp_path / "stderr").write_text(f"{STOOD_IN_LINE}\n{BROKE}\n")

    assert product.complaints == [BROKE]
