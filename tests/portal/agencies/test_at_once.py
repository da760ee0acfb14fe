"""Many at once, on a database with real files: one slip, one voucher, each counted once."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_of_eight_at_once_exactly_one_gets_through(tmp_path: Path, database: str) -> None:
    scene = Path(__file__).parent / "scene.py"
    environment = {
        **os.environ,
        "BLUEZONE_HOME": str(tmp_path),
        "BLUEZONE_PORTAL_DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "bluezone.portal.settings",
    }
    command = [sys.executable, str(scene), "race"]
    run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found = json.loads(run.stdout)
    assert found["signed"] == {"done": 1, "slip_used": 7}
    assert found["redeemed"] == {"done": 1, "voucher_spent": 7}
    assert found["exchanged"] == [36, 36]
    assert found["counted"] == [35, 35]
