"""Lets the tests of this folder share `reading` and `make`, and those of the engines."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "engines")]
