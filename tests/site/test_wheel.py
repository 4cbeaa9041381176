"""The wheel carries what the program needs without the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_has_scenarios_words_templates_assets_and_divisions(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "src" / "xiachen"
    expected = {
        f"xiachen/{path.relative_to(package)}"
        for pattern in ("**/*.py", "**/*.mo", "**/*.html", "**/static/**/*.*", "places/data/*.gz")
        for path in package.glob(pattern)
    } | {f"xiachen/drill/scenarios/{path.name}" for path in (ROOT / "scenarios").glob("*.toml")}
    assert expected - held == set()
    assert not [name for name in held if name.startswith(("tests", "bench"))]
