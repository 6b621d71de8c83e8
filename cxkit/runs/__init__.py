"""Runs: parameters, papermill, kernels, staging and publication; no statistics."""

from __future__ import annotations

import sys

# nbformat loads jsonschema, which, where it finds this optional package, spends 1.6 s of every
# start on a grammar for international web addresses. No notebook's schema has one; None makes
# jsonschema go without it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
