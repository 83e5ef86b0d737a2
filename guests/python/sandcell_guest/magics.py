"""What models write out of habit with notebooks: !command, %pip, %time, %%bash."""
from . import BUILTINS as __builtins__

import re

from . import installs, shell

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
        return "\n".join(_lines(source))


def line_magic(name, rest):
    if name == "pip":
        installs.pip(rest)
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


def _lines(source):
    """The lines of a cell. A magic stands where a statement begins: within brackets or a text a line may begin with %."""
    lines = source.split("\n")
    place = _Place()
    while lines:
        line = lines.pop(0)
        match = None if place.is_inside() else _LINE.match(line)
        if match is None:
            place.pass_over(line)
            yield line
            continue
        blank = []
        rest = match.group("rest")
        while rest.endswith("\\") and lines:
            rest = rest[:-1] + lines.pop(0)
            blank.append("")
        yield _magic(match, rest)
        yield from blank


class _Place:
    """Whether the end of a line is within brackets, a long text, or a statement that goes on."""

    def __init__(self):
        self._depth = 0
        self._quotes = None
        self._goes_on = False

    def is_inside(self):
        return self._depth > 0 or self._quotes is not None or self._goes_on

    def pass_over(self, line):
        self._goes_on = line.endswith("\\")
        at = 0
        while at < len(line):
            match = (_TOKEN if self._quotes is None else _ENDS[self._quotes]).search(line, at)
            if match is None:
                return
            at, token = match.end(), match.group()
            if self._quotes is not None:
                self._quotes = None if token == self._quotes else self._quotes
            elif token in _ENDS:
                self._quotes = token
            elif token in "([{":
                self._depth += 1
            elif token in ")]}":
                self._depth -= 1


_TOKEN = re.compile(r"""#.*|\"\"\"|\'\'\'|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[()\[\]{}]""")
_ENDS = {quotes: re.compile(r"\\.|" + quotes) for quotes in ('"""', "'''")}


def _magic(match, rest):
    indent, target, kind = match.group("indent", "target", "kind")
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
