"""The tests of the service find their synthetic people beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
