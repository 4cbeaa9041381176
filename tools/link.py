"""Make the checkout's `xiachen` importable and callable in the virtual environment."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write a path file and the command's script; nothing is built."""
    Path(sysconfig.get_path("purelib"), "xiachen.pth").write_text(f"{ROOT / 'src'}\n")
    script = Path(sysconfig.get_path("scripts"), "xiachen")
    script.write_text(f"#!{sys.executable}\nfrom xiachen.site.command_line import main\n\nmain()\n")
    script.chmod(0o755)


main()
