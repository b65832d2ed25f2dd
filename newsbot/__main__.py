"""`python -m newsbot`."""

import sys

from newsbot.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
