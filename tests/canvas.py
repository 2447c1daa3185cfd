"""Check the canvas with Node: `python -m tests.canvas`. `start.py test --all` calls it.

Installs the locked packages, checks types, runs the tests, and builds the canvas once more: the
committed build must be the same, byte for byte.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from platform_site.local.data_dir import BASE_DIR

FRONTEND = BASE_DIR / "frontend"
BUILD = BASE_DIR / "workflows" / "static" / "workflows" / "canvas"
COMMANDS = (
    ("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"),
    ("npm", "run", "check"),
    ("npm", "test"),
    ("npm", "run", "build"),
)


def main() -> int:
    """Returns 0 if everything passes; the output of each command is shown."""
    if shutil.which("npm") is None:
        sys.stderr.write("Node 20.19 or newer is missing, with its npm.\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="ostinato-canvas-") as folder:
        environment = {**os.environ, "CANVAS_OUT": folder, "NO_COLOR": "1"}
        for command in COMMANDS:
            run = subprocess.run(command, cwd=FRONTEND, env=environment, check=False)
            if run.returncode:
                return run.returncode
        if names := differences(BUILD, Path(folder)):
            sys.stderr.write(
                f"The committed build is not that of its source: {', '.join(names)}.\n"
                "Run `npm ci && npm run build` in frontend/, and commit the result.\n"
            )
            return 1
    return 0


def differences(committed: Path, built: Path) -> list[str]:
    """The files that only one of the folders has, and those that differ."""
    names = {path.name for folder in (committed, built) for path in folder.iterdir()}
    same, _, _ = filecmp.cmpfiles(committed, built, names, shallow=False)
    return sorted(names - set(same))


if __name__ == "__main__":
    sys.exit(main())
