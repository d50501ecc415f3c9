"""A private PostgreSQL on loopback for the tests, started once, shared by all processes of a run."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER = "postgres"


def binary(name: str) -> str | None:
    """Where a PostgreSQL program is, on the path or where Debian keeps it."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


class Server:
    """Started on construction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._made = 0
        folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(folder, USER, USER)
        data = str(folder / "data")
        initdb, postgres = binary("initdb"), binary("postgres")
        assert initdb and postgres
        self._run([initdb, "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"])
        self.process = subprocess.Popen(
            [postgres, "-D", data, "-p", str(self.port), "-h", "127.0.0.1", "-k", str(folder), "-c", "fsync=off"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_as_user(),
        )
        self._wait()

    def free(self) -> str:
        """The URL of a database that is not there."""
        self._made += 1
        return self._url(f"frontdesk_{os.getpid()}_{self._made}_{time.monotonic_ns()}")

    def database(self) -> str:
        """The URL of a new, empty one."""
        import psycopg

        url = self.free()
        name = url.rpartition("/")[2]
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0 STRATEGY FILE_COPY'.encode())
        return url

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It stands still, with all that serve for it: it neither answers nor hangs up."""
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        processes = [self.process.pid, *map(int, children)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)  # at once: nothing of it is wanted any more
        self.process.wait(timeout=20)

    def _url(self, name: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **_as_user())

    def _wait(self) -> None:
        import psycopg

        for _ in range(200):
            try:
                psycopg.connect(self._url("postgres")).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")


class Line:
    """A line to a server, which can be cut at a word that the client sends: before it arrives there, or after."""

    def __init__(self, url: str) -> None:
        import psycopg

        self._to = psycopg.conninfo.conninfo_to_dict(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._word, self._is_before, self.cuts = b"", False, 0
        threading.Thread(target=self._accept, daemon=True).start()
        port = self._listener.getsockname()[1]
        self.url = f"postgresql://{self._to['user']}@127.0.0.1:{port}/{self._to['dbname']}"

    def cut_at(self, word: bytes, *, before: bool) -> None:
        self._word, self._is_before = word, before

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            server = socket.create_connection((str(self._to["host"]), int(str(self._to["port"]))))
            threading.Thread(target=self._carry, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, client, False), daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket, is_client: bool) -> None:
        try:
            while data := source.recv(65536):
                is_cut = is_client and self._word and self._word in data
                if is_cut:
                    self._word = b""
                    self.cuts += 1
                    source.shutdown(socket.SHUT_RDWR)
                    if not self._is_before:
                        to.sendall(data)
                        time.sleep(0.3)  # it arrives, and is done
                    to.shutdown(socket.SHUT_RDWR)
                    return
                to.sendall(data)
        except OSError:
            return


def why_not() -> str | None:
    """Why no server can be started here, None where one can."""
    if binary("initdb") is None:
        return "PostgreSQL is not installed"
    if os.getuid() == 0:
        try:
            pwd.getpwnam(USER)
        except KeyError:
            return "initdb must run as a user other than root, and there is no user postgres"
    return None


def _as_user() -> dict[str, Any]:
    return {"user": USER, "group": USER, "cwd": "/"} if os.getuid() == 0 else {"cwd": "/"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
