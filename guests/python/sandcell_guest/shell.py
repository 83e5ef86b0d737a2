"""Shell commands from a cell."""
from . import BUILTINS as __builtins__

import sys


def system(command):
    """os.system, but interruptible: the C function ignores SIGINT while its command runs."""
    import subprocess

    code = subprocess.call(command, shell=True, executable="/bin/sh")
    return -code if code < 0 else code << 8


def run(command):
    """`!command`: its output goes where the cell's goes; the exit code is said where it is not 0."""
    import subprocess

    sys.stdout.flush()
    code = subprocess.call(command, shell=True, executable=executable())
    if code != 0:
        print("exit code %d" % code, file=sys.stderr)


def lines(command):
    """`name = !command`: the lines of its stdout."""
    import subprocess

    return subprocess.run(command, shell=True, executable=executable(), stdout=subprocess.PIPE, text=True).stdout.splitlines()


def executable():
    import os

    return "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"
