"""What several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of a test, and a red run has to be one that can be repeated.
settings.register_profile(
    "kit", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kit")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published reference data; skips where it is not there.

    CXKIT_SHARED_DATA names it; otherwise it is looked for at ../shared/data beside the project.
    """
    folder = Path(os.environ.get("CXKIT_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "reference").is_dir():
        pytest.skip("no reference data: neither CXKIT_SHARED_DATA nor ../shared/data has it")
    return folder.resolve()
