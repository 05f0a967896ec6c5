"""`linkwell serve`: the portal and its three workers as child processes of one command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click

from linkwell.cli.output import finish, json_option
from linkwell.errors import TryAgain, WrongUse

_STOP_SECONDS = 10.0
_LOOK_SECONDS = 15.0
_SETTLED_SECONDS = 60.0
_MOST_DEATHS, _WITHIN_SECONDS = 4, 300.0
"""A part that dies more often than this within that time is not started again."""


@click.command(
    epilog="Examples:\n\n  linkwell serve --home /srv/linkwell\n\n"
    "  linkwell serve --home demo-home --port 8080 --demo"
)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="LINKWELL_HOME",
    required=True,
    help="The data home (or LINKWELL_HOME).",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--bind",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; keep a proxy in front of any other.",
)
@click.option(
    "--threads", type=click.IntRange(2, 64), default=8, show_default=True, help="Requests at a time."
)
@click.option("--demo", is_flag=True, help="Print the demonstration's sign-ins (demonstration homes only).")
@json_option
def serve(home: Path, port: int, bind: str, threads: int, demo: bool, as_json: bool) -> None:
    """Run the portal and its workers until Ctrl-C; brings the registry up to date first."""
    from linkwell.portal.start import start

    opened = start(home)
    if demo and not opened.demo:
        raise WrongUse("This is not a demonstration home.", where=str(home), fix="Leave --demo out.")
    refuse_taken(bind, port)
    lines = [f"The portal is at http://{_shown(bind)}:{port}", "Ctrl-C stops it."]
    if demo:
        lines += demo_sign_ins(home)
    finish({"url": f"http://{_shown(bind)}:{port}", "home": str(home)}, lines, as_json=as_json)
    run(home, bind=bind, port=port, threads=threads)


def demo_sign_ins(home: Path) -> list[str]:
    """One line per demonstration person: sign-in name, password, what they do."""
    from linkwell.custody.demo import sign_ins
    from linkwell.vault.zones import Home

    return ["", "Sign-ins of this demonstration:"] + [
        f"  {person.username:<11} {person.password}   {person.what}" for person in sign_ins(Home.open(home))
    ]


def _shown(bind: str) -> str:
    return "localhost" if bind in {"127.0.0.1", "0.0.0.0", "::1"} else bind  # noqa: S104  only compared


def refuse_taken(bind: str, port: int) -> None:
    """Raise TryAgain if something already listens there."""
    with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            raise TryAgain(
                f"Port {port} cannot be used.",
                where=f"{bind}:{port}",
                why=error.strerror or "Another program already listens there.",
                fix=f"Stop the other program, or choose another port: --port {port + 1}",
            ) from None


def run(home: Path, *, bind: str, port: int, threads: int) -> None:
    """Start web and workers, keep them up, and stop all of them when somebody says stop."""
    environment = {**os.environ, "LINKWELL_HOME": str(home.resolve())}
    parts = [Part(command, environment) for command in _commands(bind, port, threads)]

    def stop(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        looked = time.monotonic()
        while True:
            for part in parts:
                part.keep_up()
            if time.monotonic() - looked > _LOOK_SECONDS:
                _end_what_hangs(parts)
                looked = time.monotonic()
            time.sleep(0.3)
    except KeyboardInterrupt:
        click.echo("Stopping …", err=True)
    finally:
        _stop_all([part.child for part in parts])


class Part:
    """Web server or worker: started anew when it dies, until it dies too often."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment
        self.deaths: list[float] = []
        self.child, self.began = _start(command, environment), time.monotonic()

    @property
    def queue(self) -> str:
        """The queue this worker serves; "" for the web server."""
        return self.command[3] if self.command[2] == "linkwell.portal.worker" else ""

    def keep_up(self) -> None:
        """Start it again if it has died.

        Raises:
            TryAgain: it has died too often in a short time.
        """
        if self.child.poll() is None:
            return
        now = time.monotonic()
        self.deaths = [at for at in self.deaths if now - at < _WITHIN_SECONDS] + [now]
        name = f"{self.command[2]} {self.queue}".strip()
        if len(self.deaths) > _MOST_DEATHS:
            raise TryAgain(
                "A part of the portal stops again and again.",
                where=name,
                fix="Look at what it wrote above, then start it again. Nothing is lost.",
            )
        click.echo(f"{name} stopped by itself; it is started again.", err=True)
        self.child, self.began = _start(self.command, self.environment), now


def _end_what_hangs(parts: list[Part]) -> None:
    """Kill a worker whose job has not been heard of for too long; it starts anew and puts the job back."""
    from django.db import DatabaseError, close_old_connections

    from linkwell.custody.jobs.stopped import silent_jobs

    try:
        hanging = {job.queue for job in silent_jobs()}
    except DatabaseError:
        return  # busy or away: looked at again soon
    finally:
        close_old_connections()
    for part in parts:
        settled = time.monotonic() - part.began > _SETTLED_SECONDS  # a new one first puts old work back
        if part.queue in hanging and settled and part.child.poll() is None:
            click.echo(f"The {part.queue} worker has not been heard of for too long; it is ended.", err=True)
            part.child.kill()
            part.child.wait()


def _commands(bind: str, port: int, threads: int) -> list[list[str]]:
    address = f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}"
    web = [
        sys.executable, "-m", "linkwell.portal.web", "linkwell.portal.wsgi:application", "--bind", address,
        "--worker-class", "gthread", "--workers", "1", "--threads", str(threads), "--timeout", "120",
        "--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip
    workers = [[sys.executable, "-m", "linkwell.portal.worker", queue] for queue in ("quick", "heavy", "lab")]
    return [web, *workers]


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C reaches this process only, which then stops its children in order.
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _stop_all(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + _STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()  # its job is put back by the next worker
            child.wait()
