"""Serving the screens: Streamlit on a loopback address, with nothing sent anywhere else."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from kb.errors import UsageError
from kb.settings import Settings, load_settings

APP = Path(__file__).resolve().parent / "app.py"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::", "")
THEME = {
    "theme.primaryColor": "#0b6b74",
    "theme.baseRadius": "small",
    "theme.baseFontSize": "15",
    "theme.headingFontSizes": '["1.5rem", "1.25rem", "1.05rem", "1rem", "1rem", "1rem"]',
}


def serve(host: str, port: int, home: Path | None) -> int:
    """Serve the screens over a library until Ctrl-C; returns the exit code. Raises UsageError if the port is taken."""
    if home is not None:
        os.environ["GKB_HOME"] = str(home)
    settings = load_settings()
    check_port(host, port)
    if host not in LOOPBACK:
        print("Anyone who can reach this address can read and change the library: there is no login.", file=sys.stderr)
    print(f"Library {settings.home} at {address(host, port)} (Ctrl-C ends it)", flush=True)
    from streamlit.web import cli

    flags = [f"--{name}={value}" for name, value in options(host, port, settings).items()]
    try:
        cli.main(["run", str(APP), *flags], standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def options(host: str, port: int, settings: Settings) -> dict[str, str]:
    """Streamlit's settings: silent, quiet about its insides, no larger upload than an ingest takes."""
    megabytes = max(1, -(-settings.max_bytes // (1 << 20)))
    return {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "runner.magicEnabled": "false",  # no bare expression of ours is output
        "server.maxUploadSize": str(megabytes),
        "browser.serverAddress": _reached_as(host),  # unset, Streamlit asks an outside address for its own
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "logger.hideWelcomeMessage": "true",
        **THEME,
    }


def address(host: str, port: int) -> str:
    """Where a browser finds the screens."""
    name = _reached_as(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _reached_as(host: str) -> str:
    return "localhost" if host in EVERYWHERE else host


def check_port(host: str, port: int) -> None:
    """Raise UsageError unless the address can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"{host}:{port} cannot be served ({error}).", hint="Choose another with --port, or end what uses it."
            ) from error
