"""
Make the shipped editions of the division list from unpacked `china-division` packages.

    python tools/divisions.py FOLDER_OF_2.3.1 FOLDER_OF_2.5.0

Each folder holds the package's `package.json` and `dist/*.csv`. The same packages always give the
same bytes of CSV; the printed table is the one in src/xiachen/places/data/README.md.
"""

import gzip
import hashlib
import io
import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from xiachen.places.rules.codes import Level, level_of
from xiachen.places.rules.editions import BUNDLED, WITH_COMMUNITIES, Edition, Row, read_edition

PACKAGES = {"2.3.1": BUNDLED[0], "2.5.0": BUNDLED[1]}
LEVEL_FILES = ("provinces", "cities", "areas", "streets", "villages")


def shipped_rows(folder: Path) -> list[Row]:
    """Return the rows that the product ships of a package, by code."""
    files = [folder / "dist" / f"{level}.csv" for level in LEVEL_FILES]
    return sorted(
        row
        for row in read_edition(files)
        if level_of(row.code) is not Level.COMMUNITY or row.code // 10**8 in WITH_COMMUNITIES
    )


def csv_of(rows: list[Row]) -> bytes:
    """Return the rows as CSV; the lists' names hold no comma and no quotation mark."""
    assert not any(mark in row.name for row in rows for mark in ',"\n')
    return "".join(["code,name\n", *(f"{row.code},{row.name}\n" for row in rows)]).encode()


def write(edition: Edition, content: bytes) -> None:
    """Write the compressed file, without the time and the name that gzip would add."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(content)
    edition.file.write_bytes(packed.getvalue())


def table_line(edition: Edition, rows: list[Row], content: bytes) -> str:
    """Return the README's line on one edition."""
    counts = Counter(level_of(row.code) for row in rows)
    cells = [edition.file.name, edition.day.isoformat(), *(counts[level] for level in Level)]
    cells += [len(rows), hashlib.sha256(content).hexdigest()]
    return "| " + " | ".join(map(str, cells)) + " |"


def main(folders: list[str]) -> None:
    """Write one file for each folder."""
    for folder in map(Path, folders):
        version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        rows = shipped_rows(folder)
        content = csv_of(rows)
        write(PACKAGES[version], content)
        print(table_line(PACKAGES[version], rows, content))


if __name__ == "__main__":
    main(sys.argv[1:])
