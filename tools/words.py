"""
Keep the Chinese words of every area complete: `make words` extracts, merges and compiles.

With --check nothing is written: it fails when a sentence has no Chinese, when placeholders differ,
when two areas say the same English sentence differently, or when a compiled catalogue is stale.
No gettext binaries are needed. Sources: Babel's message extraction, Django's `templatize`.
"""

import io
import re
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}
SOURCE = Path(__file__).parents[1] / "src" / "xiachen"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|\{(\w*)\}")


def main(arguments: list[str]) -> int:
    """Update or check the catalogues of all areas; return the exit status."""
    check = "--check" in arguments
    faults: list[str] = []
    areas = {
        area: merged(area, wanted)
        for area in sorted(path for path in SOURCE.iterdir() if path.is_dir())
        if (wanted := extracted(area))
    }
    said = chinese_by_english(areas)
    for area, catalogue in areas.items():
        lend(catalogue, said)
        faults += problems(area, catalogue)
        faults += stale(area, catalogue) if check else written(area, catalogue)
    for (_, english), answers in said.items():
        if len(answers) > 1:
            faults.append(f"said differently: {english!r}: {answers}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


Said = dict[tuple[str | None, str], dict[str, list[str]]]


def chinese_by_english(areas: dict[Path, Catalog]) -> Said:
    """Return for each English sentence its Chinese answers, and the areas that give them."""
    said: Said = defaultdict(dict)
    for area, catalogue in areas.items():
        for message in catalogue:
            if message.id and isinstance(message.string, str) and message.string:
                answers = said[message.context, str(message.id)]
                answers.setdefault(message.string, []).append(area.name)
    return said


def lend(catalogue: Catalog, said: Said) -> None:
    """Fill a sentence that has no Chinese yet from an area that has it."""
    for message in catalogue:
        answers = said.get((message.context, str(message.id)), {})
        if message.id and message.string == "" and len(answers) == 1:
            message.string = next(iter(answers))


def extracted(area: Path) -> dict[tuple[str | None, str | tuple[str, ...]], list[str]]:
    """Return every sentence of an area with the files it stands in."""
    found: dict[tuple[str | None, str | tuple[str, ...]], list[str]] = defaultdict(list)
    for path in sorted(area.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "static" in path.parts:
            continue
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            text = as_python(text, path)
        for _, message, _, context in extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, (), {}
        ):
            found[context, message].append(path.relative_to(area).as_posix())
    return found


def as_python(template: str, path: Path) -> str:
    """Return a template's sentences as gettext calls that the Python extractor reads."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure(USE_I18N=True)
    return str(templatize(template, origin=str(path)))


def merged(
    area: Path, wanted: dict[tuple[str | None, str | tuple[str, ...]], list[str]]
) -> Catalog:
    """Return the area's catalogue with exactly the wanted sentences, keeping translations."""
    path = po_path(area)
    old = Catalog(locale="zh_Hans")
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale="zh_Hans")
    new = Catalog(locale="zh_Hans", fuzzy=False, header_comment="# Chinese words of this area.")
    for (context, message), files in sorted(wanted.items(), key=lambda item: str(item[0])):
        former = old.get(message if isinstance(message, str) else message[0], context)
        new.add(
            message,
            former.string if former else None,
            locations=[(name, None) for name in sorted(set(files))],  # type: ignore[misc]
            context=context,
        )
    return new


def po_path(area: Path) -> Path:
    """Return where an area keeps its Chinese words."""
    return area / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def problems(area: Path, catalogue: Catalog) -> list[str]:
    """Return what is wrong with an area's translations."""
    faults = []
    for message in catalogue:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(strings):
            faults.append(f"{area.name}: no Chinese for {message.id!r}")
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        if {*PLACEHOLDER.findall(ids[-1])} != {*PLACEHOLDER.findall(strings[-1])}:
            faults.append(f"{area.name}: placeholders differ in {message.id!r}")
    return faults


def as_files(catalogue: Catalog) -> tuple[bytes, bytes]:
    """Return the .po and .mo contents, the same for the same sentences."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=100, omit_header=True)
    head = (
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    text = head.encode() + po.getvalue()
    compiled = read_po(io.BytesIO(text), locale="zh_Hans")
    # Babel writes the moment of reading into the file; the same words are to give the same bytes.
    compiled.creation_date = compiled.revision_date = datetime(2020, 1, 1, tzinfo=UTC)
    write_mo(mo, compiled)
    return text, mo.getvalue()


def stale(area: Path, catalogue: Catalog) -> list[str]:
    """Return whether the committed files differ from what would be written."""
    files = (po_path(area), po_path(area).with_suffix(".mo"))
    fresh = all(
        path.exists() and path.read_bytes() == content
        for path, content in zip(files, as_files(catalogue), strict=True)
    )
    return [] if fresh else [f"{area.name}: run `make words`, the catalogue is stale"]


def written(area: Path, catalogue: Catalog) -> list[str]:
    """Write the area's two files."""
    path = po_path(area)
    path.parent.mkdir(parents=True, exist_ok=True)
    po, mo = as_files(catalogue)
    path.write_bytes(po)
    path.with_suffix(".mo").write_bytes(mo)
    return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
