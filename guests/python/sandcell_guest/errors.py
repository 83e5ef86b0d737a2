"""An exception as an `error` frame: without frames of ours, with the place in the cell."""
from . import BUILTINS as __builtins__

import os
import traceback

_OURS = os.path.dirname(__file__) + os.sep
_START = os.path.join(os.path.dirname(os.path.dirname(__file__)), "kernel.py")

# Of a deep recursion, this many innermost frames are shown.
_MAX_FRAMES = 200
_MAX_MESSAGE = 16 * 1024
_MAX_NAME = 255
_MAX_LINES = 1000


def describe(error, filename):
    """name, message, traceback, line and column (from 1) of the innermost place in the cell `filename`."""
    line, column = _place(error, filename)
    return {
        "name": type(error).__name__[:_MAX_NAME],
        "message": _message(error)[:_MAX_MESSAGE],
        "traceback": _lines(error),
        "line": line,
        "column": column,
    }


def _message(error):
    if isinstance(error, SyntaxError) and error.msg:
        return str(error.msg)
    try:
        return str(error)
    except Exception as failure:
        return "<no message: str() of it raised %s>" % type(failure).__name__


def _lines(error):
    try:
        chain = traceback.TracebackException(type(error), error, error.__traceback__, limit=-_MAX_FRAMES)
        _cut_ours(chain, set())
        return _shortened([line for part in chain.format() for line in part.rstrip("\n").split("\n")])
    except Exception as failure:  # a hostile exception: its attributes are user code
        return ["%s (no traceback: formatting it raised %s)" % (type(error).__name__, type(failure).__name__)]


def _shortened(lines):
    """A message can be of any length, and stands in the traceback too."""
    if len(lines) > _MAX_LINES:
        half = _MAX_LINES // 2
        lines = lines[:half] + ["[… %d lines left out …]" % (len(lines) - 2 * half)] + lines[-half:]
    return [line if len(line) <= _MAX_MESSAGE else line[:_MAX_MESSAGE] + "…" for line in lines]


def _cut_ours(chain, seen):
    if chain is None or id(chain) in seen:
        return
    seen.add(id(chain))
    frames = [frame for frame in chain.stack
              if not frame.filename.startswith(_OURS) and frame.filename != _START]
    # What leads to the first cell on the stack is machinery too: asyncio's loop, where the cell awaits.
    first = next((i for i, frame in enumerate(frames) if frame.filename.startswith("<cell ")), 0)
    chain.stack[:] = frames[first:]
    for linked in [chain.__cause__, chain.__context__] + list(getattr(chain, "exceptions", None) or []):
        _cut_ours(linked, seen)


def _place(error, filename):
    line = column = None
    entry = error.__traceback__
    while entry is not None:
        if entry.tb_frame.f_code.co_filename == filename:
            line, column = entry.tb_lineno, _column(entry)
        entry = entry.tb_next
    if isinstance(error, SyntaxError) and error.filename == filename and line is None:
        return error.lineno, error.offset
    return line, column


def _column(entry):
    positions = getattr(entry.tb_frame.f_code, "co_positions", None)  # Python 3.11 and later
    if positions is None or entry.tb_lasti < 0:
        return None
    for index, (_line, _end_line, column, _end_column) in enumerate(positions()):
        if index == entry.tb_lasti // 2:
            return None if column is None else column + 1
    return None
