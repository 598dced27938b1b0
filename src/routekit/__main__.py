"""`python -m routekit` is the `routekit` command. Nothing else lives here."""

from __future__ import annotations

import sys

from routekit.cli import main

if __name__ == "__main__":
    sys.exit(main())
