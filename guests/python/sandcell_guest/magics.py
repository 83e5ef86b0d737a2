"""What models write out of habit with notebooks: !command, %pip, %time, %%bash."""
from . import BUILTINS as __builtins__

import re
import sys

from . import shell

_LINE = re.compile(r"^(?P<indent>\s*)(?:(?P<target>[\w.,\s\[\]]+?)\s*=\s*)?(?P<kind>[!%])(?P<rest>.+)$")
_NAME = "__import__('sandcell_guest.magics').magics"


def translate(source, filename):
    """Plain Python of a cell, line for line. Only a cell that is no Python is touched."""
    if "!" not in source and "%" not in source:
        return source
    if source.lstrip().startswith("%%"):
        return _cell_magic(source.lstrip())
    try:
        compile(source, filename, "exec", 0x400 | 0x2000, dont_inherit=True)  # ONLY_AST, TOP_LEVEL_AWAIT
        return source
    except SyntaxError:
        return "\n".join(_line(line) for line in source.split("\n"))


def line_magic(name, rest):
    if name == "pip":
        shell.run("%s -m pip %s" % (_quote(sys.executable), rest))
    elif name in ("cd", "ls", "pwd", "cat", "mkdir"):
        _change_folder(rest) if name == "cd" else shell.run("%s %s" % (name, rest))
    elif name in ("matplotlib", "load_ext", "autoreload", "config", "precision"):
        pass  # settings of a notebook: nothing to do here
    else:
        raise NameError("the magic %%%s is not known here; there are %%pip, %%time, %%cd, %%%%bash and !command" % name)


def timed(source):
    import time

    import __main__

    started, cpu = time.perf_counter(), time.process_time()
    exec(compile(source, "<timed>", "exec"), __main__.__dict__)
    print("CPU time: %.3g s, wall time: %.3g s" % (time.process_time() - cpu, time.perf_counter() - started))


def _line(line):
    match = _LINE.match(line)
    if not match:
        return line
    indent, target, kind, rest = match.group("indent", "target", "kind", "rest")
    if kind == "!":
        call = "%s.shell.%s(%r)" % (_NAME, "lines" if target else "run", rest)
        return "%s%s%s" % (indent, target + " = " if target else "", call)
    name, _, argument = rest.strip("%").partition(" ")
    if name in ("time", "timeit"):
        return "%s%s.timed(%r)" % (indent, _NAME, argument)
    return "%s%s.line_magic(%r, %r)" % (indent, _NAME, name, argument)


def _cell_magic(source):
    first, _, body = source.partition("\n")
    name = first[2:].split(" ")[0].strip()
    if name in ("bash", "sh", "script"):
        return "%s.shell.run(%r)" % (_NAME, body)
    if name in ("time", "timeit", "capture"):
        return "\n" + body if name == "capture" else "%s.timed(%r)" % (_NAME, "\n" + body)
    return "%s.line_magic(%r, '')" % (_NAME, name)


def _change_folder(folder):
    import os

    os.chdir(os.path.expanduser(folder.strip() or "~"))


def _quote(text):
    import shlex

    return shlex.quote(text)
