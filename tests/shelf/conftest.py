"""Lets the tests of this folder share `gallery` and `make_errors_page`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
