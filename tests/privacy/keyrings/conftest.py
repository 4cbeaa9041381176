"""A master key and a store of keyrings, both new."""

import pytest

from xiachen.privacy.keyring.masters import (
    MasterFile,
)
from xiachen.privacy.keyring.store import KeyStore


@pytest.fixture
def masters(tmp_path):
    masters = MasterFile(tmp_path / "master.key")
    masters.make()
    return masters


@pytest.fixture
def store(tmp_path, masters):
    return KeyStore(tmp_path / "keys", masters)
