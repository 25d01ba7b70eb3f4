"""Shared fixtures."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real guidelines and question sets beside the checkout; tests skip where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "guidelines" / "manifest.csv").is_file():
        pytest.skip("needs the folder ../shared with real guidelines and benchmarks")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """Our own sample guidelines."""
    return ROOT / "data" / "samples"


@pytest.fixture(scope="session")
def sample_library(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Home of a library with our four samples, ingested with the real encoder. Read only: copy it before writing."""
    from tests.doors import gkb

    home = tmp_path_factory.mktemp("library") / "store"
    done = gkb("ingest", samples, "--manifest", samples / "manifest.csv", "--home", home, "--json")
    assert done.code == 0, done.out + done.err
    return home


@pytest.fixture
def hash_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in this test embeds with the hash encoder."""
    from tests.fast_gkb import use_hash_encoder

    use_hash_encoder(monkeypatch.setattr)


@pytest.fixture(scope="session")
def fast_library(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same library with the hash encoder; use it together with `hash_encoder`. Read only."""
    from tests.doors import gkb
    from tests.fast_gkb import use_hash_encoder

    home = tmp_path_factory.mktemp("fast") / "store"
    with pytest.MonkeyPatch.context() as patch:
        use_hash_encoder(patch.setattr)
        done = gkb("ingest", samples, "--manifest", samples / "manifest.csv", "--home", home, "--json")
    assert done.code == 0, done.out + done.err
    return home
