"""The commands and their options, defined once for the magics, their completion and the shell."""

from __future__ import annotations
