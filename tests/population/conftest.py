"""Lets the tests of this folder share `people`, and the random programs of the engines."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "engines"), str(HERE.parent / "conformance")]
