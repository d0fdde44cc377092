"""Lets the tests of this folder share `engine_programs` and `engine_strategies`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
