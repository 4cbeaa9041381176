"""`make check` itself turns red where it must."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]

_UNCLASSIFIED = """
from xiachen.privacy.classes import Handling, house_models

for model in house_models():
    handling = Handling(model.handling.purpose)
    handling.fields = dict(model.handling.fields)
    if model._meta.label == "privacy.AuditEntry":
        del handling.fields["subject"]
    model.handling = handling
"""


@pytest.mark.parametrize(("before", "status"), [("", 0), (_UNCLASSIFIED, 1)])
def test_a_field_that_nobody_has_classified_fails_the_check(
    tmp_path: Path, before: str, status: int
) -> None:
    # Runs the very tool of `make check`, with a declaration taken away once the models are read.
    tool = (CHECKOUT / "tools" / "migrations.py").read_text("utf-8")
    assert "django.setup()" in tool
    copy = tmp_path / "migrations.py"
    changed = before.replace("\n", "\n    ")
    copy.write_text(tool.replace("django.setup()", f"django.setup()\n    {changed}\n", 1))
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    assert "python tools/migrations.py" in makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    run = subprocess.run(
        [sys.executable, str(copy)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "src")},
    )
    if status:
        assert "privacy.E001" in run.stdout and "AuditEntry.subject" in run.stdout, run.stdout
        assert run.returncode != 0
    else:
        assert "privacy.E" not in run.stdout, run.stdout
