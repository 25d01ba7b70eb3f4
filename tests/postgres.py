"""A PostgreSQL server of its own for a test, from the programs of the machine; skips with a reason without them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin")


def programs() -> Path:
    """The folder that holds initdb and pg_ctl; skips where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    for place in PLACES:
        folders += sorted(Path("/").glob(place.lstrip("/")), reverse=True)
    for folder in folders:
        if (folder / "initdb").is_file():
            return folder
    pytest.skip("needs PostgreSQL's initdb (Debian: apt-get install postgresql)")


def _as_server(command: list[str]) -> list[str]:
    """The server refuses to run as root: then as the user that its package made."""
    if os.geteuid() != 0:
        return command
    if not shutil.which("runuser") or subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode:
        pytest.skip("PostgreSQL does not run as root, and there is no user “postgres” to run it")
    return ["runuser", "-u", "postgres", "--", *command]


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database, served through a socket in a folder of its own until the test is over."""
    folder = programs()
    pytest.importorskip("psycopg", reason="needs the extra “postgres”")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as place:
        home = Path(place)
        home.chmod(0o777)
        data = home / "data"

        def run(*command: str) -> None:
            done = subprocess.run(
                _as_server([str(folder / command[0]), *command[1:]]),
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
            )
            if done.returncode:
                pytest.skip(f"PostgreSQL did not start here: {(done.stderr or done.stdout).strip()[-200:]}")

        run("initdb", "-D", str(data), "-U", "gkb", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories='{place}' -c fsync=off"
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(home / "log"), "-w", "start")
        try:
            yield f"postgresql://gkb@/postgres?host={place}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
