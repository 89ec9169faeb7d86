"""Whether PDFs can be made on this machine, as an exit code: 0 when they can (``make paper`` asks)."""

import sys

from intake.papers import engine

if __name__ == "__main__":
    sys.exit(0 if engine.is_here() else 1)
