"""The Python guest: holds one context's state and runs its cells (docs/kernel-protocol.md).

One thread, one loop: wait for a frame (running the asyncio loop meanwhile), run the cell, answer.
The wait stands outside any running event loop, so that asyncio.run() works in a cell.
"""
import os
import sys

# The guest's own: user code may replace any of the real ones. A function takes its built-ins from the globals that it
# is defined in, so each module of the guest imports this first.
BUILTINS = __builtins__ = dict(vars(__import__("builtins")))

from . import startup
from .cell import Cell
from .connection import Connection


def serve():
    token = os.environ.pop("SANDCELL_TOKEN")
    address = os.environ.pop("SANDCELL_ADDRESS")
    preload = os.environ.pop("SANDCELL_PRELOAD", "")
    connection = Connection(address, token)
    state = startup.prepare(connection, preload)
    connection.send(
        {
            "type": "ready",
            "protocol": 1,
            "language": "python",
            "version": "%d.%d.%d" % sys.version_info[:3],
            "pid": os.getpid(),
        }
    )
    while True:
        frame = connection.receive(state)
        if frame is None:
            os._exit(0)
        if frame["type"] == "enter":
            connection.send(startup.enter(frame["cwd"], frame["env"]))
        elif frame["type"] == "execute":
            Cell(frame, state, connection).run()
