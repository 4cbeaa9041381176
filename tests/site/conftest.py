"""A home with a whole database, made once for all tests that run a site of their own in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.house import new_home


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The folder; one site at a time runs in it."""
    made = new_home()
    yield made
    shutil.rmtree(made, ignore_errors=True)
