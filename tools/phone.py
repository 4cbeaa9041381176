"""
Build the phone's app into the program's static files: `make phone` needs Node 20.19 or newer.

With --check nothing is written: where there is Node the sources are type-checked, their tests run
and they are built anew, and any byte that differs from what is committed fails. Where there is
none, the digests that the last build left are compared with the sources and with its files.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "phone"
BUILT = ROOT / "src" / "xiachen" / "sync" / "static" / "phone"
RECORD = SOURCES / "built.json"
OLDEST_NODE = (20, 19)


def main(arguments: list[str]) -> int:
    """Build, or check what is built; return the exit status."""
    if "--check" in arguments:
        return check()
    if not node_is_there():
        print(f"The phone's app is built with Node {'.'.join(map(str, OLDEST_NODE))} or newer.")
        return 1
    if not install():
        return 1
    npm("run", "--silent", "check")
    build(BUILT)
    record = {"sources": digest_of(SOURCES), "built": digest_of(BUILT)}
    RECORD.write_text(json.dumps(record, indent=2) + "\n")
    print(f"Built: {', '.join(sizes())}")
    return 0


def check() -> int:
    """Tell whether the committed app is the one that the committed sources make."""
    record = json.loads(RECORD.read_text())
    faults = []
    if record["sources"] != digest_of(SOURCES):
        faults.append("phone/ was changed after the app was built")
    if record["built"] != digest_of(BUILT):
        faults.append(f"{BUILT.relative_to(ROOT)} is not what was built")
    if faults:
        print(*faults, "make phone builds it anew", sep="\n", file=sys.stderr)
        return 1
    if not node_is_there() or not install():
        print("phone: built from these sources by their digests (not rebuilt: no Node here)")
        return 0
    npm("run", "--silent", "check")
    npm("run", "--silent", "test")
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "phone"
        build(fresh)
        if digest_of(fresh) != digest_of(BUILT):
            print("A new build gives other files; make phone builds it anew", file=sys.stderr)
            return 1
    print("phone: types and tests hold, rebuilt byte for byte")
    return 0


def node_is_there() -> bool:
    """Tell whether there is a Node that is new enough."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    parts = said.strip().removeprefix("v").split(".")
    return len(parts) > 1 and tuple(map(int, parts[:2])) >= OLDEST_NODE


def install() -> bool:
    """Install what the lock names, unless that is what lies there; tell whether it is there."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    mark = SOURCES / "node_modules" / ".of-lock"
    wanted = hashlib.sha256(lock).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return True
    run = subprocess.run(["npm", "ci", "--silent"], cwd=SOURCES)
    if run.returncode:
        print("What the build needs cannot be installed here", file=sys.stderr)
        return False
    mark.write_text(wanted)
    return True


def npm(*words: str) -> None:
    """Run one of the scripts of phone/package.json; stop where it fails."""
    run = subprocess.run(["npm", *words], cwd=SOURCES)
    if run.returncode:
        sys.exit(run.returncode)


def build(folder: Path) -> None:
    """Build the app into a folder."""
    run = subprocess.run(
        ["npm", "run", "--silent", "build", "--", "--logLevel", "warn"],
        cwd=SOURCES,
        env={**os.environ, "PHONE_OUT": str(folder), "NODE_ENV": "production"},
    )
    if run.returncode:
        sys.exit(run.returncode)


def digest_of(folder: Path) -> str:
    """Return one digest of all files of a folder, names and bytes."""
    whole = hashlib.sha256()
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {"node_modules"})
        for path in sorted(Path(top) / name for name in names if name != RECORD.name):
            name = path.relative_to(folder).as_posix()
            whole.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def sizes() -> list[str]:
    """Return what the scripts of the first load weigh, compressed."""
    import gzip

    page = (BUILT / "index.html").read_text()
    first = [
        path for path in sorted(BUILT.rglob("*.js")) if path.name in page or path.name == "sw.js"
    ]
    weights = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in first}
    said = [f"{name} {weight / 1024:.1f} KB" for name, weight in weights.items()]
    return [*said, f"together {sum(weights.values()) / 1024:.1f} KB of script at first load"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
