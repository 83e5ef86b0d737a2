"""What is set up once, before the first cell."""
from . import BUILTINS as __builtins__

import builtins
import os
import signal
import sys
import warnings

from . import installs, shell
from .display import display
from .outputs import Outputs
from .packages import Packages


class State:
    """What lives from cell to cell beside the user's own names."""

    def __init__(self, namespace, outputs):
        self.namespace = namespace
        self.outputs = outputs
        self.packages = Packages()
        self.loop = None  # the asyncio loop; made by the first cell that awaits
        self.future_flags = 0  # `from __future__ import …` holds for the cells after it
        self.running = False  # whether an interrupt has something to interrupt
        self.display = None  # how the running cell shows a value


def prepare(connection, preload):
    import __main__

    state = State(__main__.__dict__, Outputs())
    _install_interrupt(state)
    _install_builtins(state)
    installs.on_installed = state.packages.refresh
    # plt.show() has nothing to do: figures are shown at the end of the cell.
    warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
    for name in filter(None, preload.split(",")):
        try:
            __import__(name.strip())
        except Exception as error:  # a wish of the settings must not cost the kernel
            print("preload of %s failed: %s" % (name, error), file=sys.stderr)
    return state


def enter(cwd, env):
    try:
        os.makedirs(cwd, exist_ok=True)
        os.chdir(cwd)
    except OSError as error:
        return {"type": "refused", "message": error.strerror or str(error)}
    os.environ.update(env)
    if "PYTHONPATH" in env:
        sys.path[1:1] = env["PYTHONPATH"].split(os.pathsep)
    if "TZ" in env:
        import time

        time.tzset()
    return {"type": "entered"}


def _install_interrupt(state):
    def on_interrupt(_number, _frame):
        if state.running:
            raise KeyboardInterrupt

    state.on_interrupt = on_interrupt
    signal.signal(signal.SIGINT, on_interrupt)


def _install_builtins(state):
    def no_input(prompt=""):
        raise EOFError("input() has no answer here: a cell has no stdin. Put the value into the code.")

    def show(*values, **_options):
        for value in values:
            display(value, state)

    def leave(code=None):
        raise SystemExit(code)  # Python's own exit() closes stdin first

    builtins.exit = builtins.quit = leave
    builtins.input = no_input
    builtins.display = show
    os.system = shell.system
