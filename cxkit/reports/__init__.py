"""Reports drawn from `results.json`, and nothing else; knows nothing of kernels."""

from __future__ import annotations
