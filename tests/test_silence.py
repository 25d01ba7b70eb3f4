"""Nothing is looked up or reached outside this machine: not by us, nor by a library that we use, nor by a child."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.doors import ROOT, Ran, copy_library, run_python

# Python runs `sitecustomize` at the start of every process whose path has it: children inherit the watch.
WATCH = """
import ipaddress, json, os, sys

NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
PLACES = ("socket.connect", "socket.sendto", "socket.sendmsg")
STARTS = ("urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect", "nntplib.connect")


def is_here(host):
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def host_of(name, arguments):
    if name in NAMES:
        return arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
    if name in PLACES:
        address = arguments[1]
        return address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
    if name == "urllib.Request":
        from urllib.parse import urlsplit
        return urlsplit(arguments[0]).hostname
    return arguments[1]


def watch(name, arguments):
    if name in NAMES or name in PLACES or name in STARTS:
        host = host_of(name, arguments)
        if not is_here(host):
            with open(os.environ["GKB_TEST_OFFENCES"], "a") as out:
                out.write(json.dumps([name, str(host), sys.argv[:3]]) + "\\n")
            if name in PLACES or name in NAMES:
                raise OSError("this test allows no network")


sys.addaudithook(watch)
open(os.environ["GKB_TEST_OFFENCES"] + ".watched", "a").write(f"{os.getpid()}\\n")
"""

WAY = """
import sys
from pathlib import Path
from tests.doors import gkb

home, samples = sys.argv[1], Path(sys.argv[2])
commands = (
    ("ingest", samples, "--manifest", samples / "manifest.csv"),
    ("ask", "aspirin dose for stable angina"),
    ("ask", "痛风患者的血尿酸控制目标是多少？"),
    ("search", "nicorandil starting dose"),
    ("editions",),
    ("reindex",),
    ("doctor",),
    ("stats",),
)
for command in commands:
    ran = gkb(*command, "--home", home, "--json")
    print(command[0], ran.code)
    if ran.code:
        print(ran.out, ran.err)
"""

VISIT = """
import sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("ui/app.py", default_timeout=120).run()
app.text_input(key="question").set_value("aspirin dose for stable angina").run()
assert not app.exception, app.exception[0].message
print("aspirin 75 mg" in " ".join(each.proto.body for each in app.get("html")))
app.switch_page("screens/library.py").run()
assert not app.exception, app.exception[0].message
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """Environment in which every Python process writes down what it reaches for."""
    folder = tmp_path / "watch"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    return {"GKB_TEST_OFFENCES": str(tmp_path / "offences.jsonl"), "GKB_TEST_WATCH": str(folder)}


def _offences(watched: dict[str, str]) -> list[list[str]]:
    path = Path(watched["GKB_TEST_OFFENCES"])
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _processes(watched: dict[str, str]) -> int:
    return len(set(Path(watched["GKB_TEST_OFFENCES"] + ".watched").read_text().split()))


# What other tests set for quiet must not do the program's own work here.
UNDONE = {
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "ANONYMIZED_TELEMETRY": "True",
    "ORT_DISABLE_TELEMETRY": "0",
}


def _run(code: str, watched: dict[str, str], *arguments: object, **environment: str) -> Ran:
    return run_python(code, *arguments, path=[Path(watched["GKB_TEST_WATCH"])], **{**UNDONE, **watched, **environment})


@pytest.mark.parametrize(
    ("offence", "host"),
    [
        ("import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)", "192.0.2.1"),
        ("import socket; socket.getaddrinfo('example.invalid', 443)", "example.invalid"),
        ("import socket; socket.gethostbyname('example.invalid')", "example.invalid"),
        ("import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))", "192.0.2.1"),
        ("import urllib.request; urllib.request.urlopen('http://example.invalid/')", "example.invalid"),
        ("import httpx; httpx.get('https://example.invalid/')", "example.invalid"),
    ],
)
@pytest.mark.parametrize("where", ["here", "in a child"])
def test_the_watch_sees_what_reaches_out(offence: str, host: str, where: str, watched: dict[str, str]) -> None:
    code = (
        offence if where == "here" else f"import subprocess, sys; subprocess.run([sys.executable, '-c', {offence!r}])"
    )
    _run(code, watched)
    assert host in {each[1] for each in _offences(watched)}


def test_the_watch_lets_this_machine_pass(watched: dict[str, str]) -> None:
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()); print(1)"
    )
    assert _run(code, watched).out == "1\n"
    assert _offences(watched) == []


def test_taking_in_asking_searching_and_looking_after_reach_nothing_outside(
    watched: dict[str, str], samples: Path, tmp_path: Path
) -> None:
    ran = _run(WAY, watched, tmp_path / "store", samples, GKB_DENSE="chroma")
    assert ran.code == 0, ran.err
    done = ["ingest", "ask", "ask", "search", "editions", "reindex", "doctor", "stats"]
    assert ran.out.splitlines() == [f"{name} 0" for name in done]
    assert list(tmp_path.glob("store/derived/*/chroma/chroma.sqlite3"))
    assert _processes(watched) >= 3  # this one, the reader of PDFs, the probe of the dense index
    assert _offences(watched) == []


def test_the_screens_reach_nothing_outside(watched: dict[str, str], sample_library: Path, tmp_path: Path) -> None:
    home = copy_library(sample_library, tmp_path / "store")
    ran = _run(VISIT, watched, GKB_HOME=str(home), HOME=str(tmp_path))
    assert (ran.code, ran.out.strip()) == (0, "True"), ran.err
    assert _offences(watched) == []


def test_serving_the_screens_reaches_nothing_outside(
    watched: dict[str, str], sample_library: Path, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = os.pathsep.join((watched["GKB_TEST_WATCH"], str(ROOT)))
    environment = {**os.environ, **UNDONE, **watched, "PYTHONPATH": path, "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "ui.cli", "ui", "--port", str(port), "--home", str(sample_library)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        address = f"http://127.0.0.1:{port}"
        assert _fetch(f"{address}/_stcore/health", server) == "ok"
        assert "<title>" in _fetch(address, server)
    finally:
        server.terminate()
        said = server.communicate(timeout=20)[0].decode()
    assert f":{port}" in said
    assert _processes(watched) >= 1
    assert _offences(watched) == []


def _fetch(url: str, server: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            with urlopen(url, timeout=5) as page:
                return str(page.read().decode())
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the server did not answer within a minute")
