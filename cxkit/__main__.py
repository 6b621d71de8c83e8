"""`python -m cxkit` is the same as `cxkit`."""

from __future__ import annotations

import sys

from cxkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
