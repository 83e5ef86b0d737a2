"""%pip and its like: run with their output streamed; a failure is an error of the cell."""
from . import BUILTINS as __builtins__

import sys


class InstallError(Exception):
    """A package manager failed; the message is its own last word."""

    __module__ = "builtins"  # as tracebacks show it: by its bare name


on_installed = None  # set at the start: takes in what was installed


def pip(arguments):
    command = _pip()
    try:
        run("%s %s" % (command, arguments))
    finally:
        on_installed()


def run(command):
    """Runs a command by the shell. Raises InstallError with the last line of its complaints."""
    import subprocess

    from . import shell

    sys.stdout.flush()
    last = []
    with subprocess.Popen(command, shell=True, executable=shell.executable(), stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          text=True, encoding="utf-8", errors="replace") as process:
        try:
            for line in process.stderr:
                sys.stderr.write(line)
                if line.strip():
                    last = [line.strip()[:2000]] if _is_complaint(line) or not last else last
            code = process.wait()
        except BaseException:
            process.kill()
            raise
    if code != 0:
        reason = last[0] if last else "exit code %d" % code
        raise InstallError("%s%s" % (_without_level(reason), _network_hint()))


def _is_complaint(line):
    return line.startswith(("ERROR", "error")) and line.strip() != "ERROR: Exception:"


def _without_level(line):
    return line[len("ERROR: "):] if line.startswith("ERROR: ") else line


def _network_hint():
    import os

    if any(name in os.environ for name in ("HTTP_PROXY", "PIP_INDEX_URL")):
        return ""
    return "\nThis sandbox has no network (setting network: none): what is installed must be among its files."


def _pip():
    """The command. Some systems ship Python without pip, but with the means to get it; many environments have none."""
    import importlib.util
    import subprocess

    own = "%s -m pip" % _quote(sys.executable)
    if importlib.util.find_spec("pip") is not None:
        return own
    if sys.prefix != sys.base_prefix:
        return "%s -m pip --python %s" % (_quote(sys._base_executable), _quote(sys.executable))
    command = [sys.executable, "-m", "ensurepip", "--user"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ran.returncode != 0:
        said = ran.stdout.strip().split("\n")[-1][:500]
        raise InstallError("Python %d.%d has no pip, and could not make one itself (%s): install pip for it on the machine "
                           "where the server runs, or create a context of another version" % (sys.version_info[:2] + (said,)))
    return own


def _quote(text):
    import shlex

    return shlex.quote(text)
