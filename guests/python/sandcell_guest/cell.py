"""One cell: compile, run, report."""
from . import BUILTINS as __builtins__

import ast
import builtins
import linecache
import sys

from . import errors, figures, magics
from .display import bundle

# Bound now: user code may replace them in their modules, and the guest must go on.
from os import _exit, getpid as _getpid
from _signal import SIGINT, signal as _signal

# The compiler flags of every __future__ feature, which a cell passes on to the next.
_FUTURE_MASK = sum({getattr(__import__("__future__"), name).compiler_flag
                    for name in __import__("__future__").all_feature_names})
_CO_COROUTINE = 0x80


class Cell:
    def __init__(self, frame, state, connection):
        self.id = frame["id"]
        self.mark = frame["mark"]
        self.source = frame["code"]
        self.filename = "<cell %d>" % frame["count"]
        self.state = state
        self.connection = connection
        self.pid = _getpid()
        self.notes = []

    def run(self):
        state = self.state
        for name in state.outputs.reopen_closed():
            self.notes.append("%s had been closed by an earlier cell; it is open again" % name)
        state.packages.begin()
        self.connection.drain_interrupts()
        _signal(SIGINT, state.on_interrupt)
        state.display = self.show
        before = {name: id(value) for name, value in state.namespace.items()}
        failure = None
        try:
            try:
                self._execute()
            finally:
                state.running = False
        except BaseException as error:  # KeyboardInterrupt and SystemExit end the cell, not the kernel
            failure = error
        if _getpid() != self.pid:
            _end_forked_child(failure, state)
        self._finish(failure, before)

    def show(self, data, kind="display"):
        self.connection.send({"type": kind, "id": self.id, "data": data})

    def _execute(self):
        code, last = self._compile()
        self.state.running = True
        try:
            if code is not None:
                self._evaluate(code)
            value = None if last is None else self._evaluate(last)
        finally:
            figures.show_open(self.show)
        if value is not None:
            data = bundle(value)  # may run user code: an interrupt still counts
            self.state.running = False
            self.show(data, "result")
            builtins._ = value

    def _compile(self):
        """The statements, and the last expression by itself where the cell ends in one."""
        source = magics.translate(self.source, self.filename)
        lines = self.source.splitlines(True)
        linecache.cache[self.filename] = (len(self.source), None, lines, self.filename)
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | self.state.future_flags
        tree = compile(source, self.filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        body, last = tree.body, None
        if body and isinstance(body[-1], ast.Expr) and not source.rstrip().endswith(";"):
            last = compile(ast.Expression(body.pop().value), self.filename, "eval", flags, dont_inherit=True)
        code = compile(tree, self.filename, "exec", flags, dont_inherit=True) if body else None
        if code is not None:
            self.state.future_flags |= code.co_flags & _FUTURE_MASK
        return code, last

    def _evaluate(self, code):
        namespace = self.state.namespace
        if code.co_flags & _CO_COROUTINE:
            return self._await(eval(code, namespace))
        if not _wants_running_loop(code):
            return eval(code, namespace)

        async def inside_the_loop():
            return eval(code, namespace)

        return self._await(inside_the_loop())

    def _await(self, coroutine):
        import asyncio

        if self.state.loop is None or self.state.loop.is_closed():
            self.state.loop = asyncio.new_event_loop()
        loop = self.state.loop
        asyncio.set_event_loop(loop)
        task = loop.create_task(coroutine)
        try:
            return loop.run_until_complete(task)
        except KeyboardInterrupt:
            if not task.done():
                task.cancel()
                loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
            raise

    def _finish(self, failure, before):
        if failure is not None:
            self._report(failure)
        self.state.outputs.flush()
        self.notes += self.state.packages.end()
        names = [name for name, value in list(self.state.namespace.items())
                 if isinstance(name, str) and not name.startswith("__") and before.get(name) != id(value)]
        self.state.outputs.write_marks(self.mark)
        self.connection.send(
            {"type": "done", "id": self.id, "names": names[:1000], "notes": self.notes[:20]})

    def _report(self, failure):
        if _exit_code(failure) == 0:
            self.notes.append("exit(0) ended the cell; the kernel and its variables live on")
            return
        try:
            frame = errors.describe(failure, self.filename)
        except BaseException:  # no memory, no stack, or a hostile exception: the name alone must do
            frame = {"name": type(failure).__name__, "message": "", "traceback": [], "line": None, "column": None}
        self.connection.send(dict(frame, type="error", id=self.id))


def _wants_running_loop(code):
    """`asyncio.create_task(…)` without an await, as in a notebook; asyncio.run() would refuse a running loop."""
    names = code.co_names
    return ("create_task" in names or "ensure_future" in names) and "run" not in names


def _end_forked_child(failure, state):
    """A process that user code forked came back out of the cell: it ends here and never answers."""
    code = 0 if failure is None else _exit_code(failure)
    if code is None:
        code = 1
        print("\n".join(errors.describe(failure, "")["traceback"]), file=sys.stderr)
    state.outputs.flush()
    _exit(code & 0xFF)


def _exit_code(failure):
    """What a SystemExit would end a process with; None for any other exception, whose attributes may be hostile."""
    if not issubclass(type(failure), SystemExit):
        return None
    code = SystemExit.code.__get__(failure)
    if isinstance(code, int):
        return int(code)
    return 0 if code is None else 1
