"""``python -m slm_magic``."""

import sys

from .cli import main

sys.exit(main())
