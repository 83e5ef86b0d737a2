"""The two connections to the server: frames (fd 3), and interrupts."""
from . import BUILTINS as __builtins__

import _socket
import errno
import fcntl
import os
import signal

# Bound now: user code may replace them in their modules, and the guest must go on.
from _thread import allocate_lock as _allocate_lock
from json.decoder import JSONDecoder
from json.encoder import c_make_encoder, encode_basestring_ascii
from _signal import pthread_sigmask as _sigmask

# Written in C throughout: the functions of json itself use built-ins that user code may replace.
_encode = c_make_encoder(None, None, encode_basestring_ascii, None, ":", ",", False, False, False)
_decode = JSONDecoder().scan_once

FRAMES_FD = 3
MAX_FRAME_BYTES = 8 * 1024 * 1024

# Address space that is given up where user code holds all memory there is, so that a cell that frees it can still run.
_RESERVE_BYTES = 4 * 1024 * 1024


class Connection:
    def __init__(self, address, token):
        self._lock = _allocate_lock()
        self._reserve = None
        self._frames = _connect(address, token, "frames")
        self._interrupts = _connect(address, token, "interrupt")
        # A byte on this socket is a SIGINT, at once and across namespaces; what it says is in its coming.
        fcntl.fcntl(self._interrupts, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(self._interrupts, 10, signal.SIGINT)  # F_SETSIG, which the module does not name
        fcntl.fcntl(self._interrupts, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        self._interrupts = _above_standard_fds(self._interrupts)
        if self._frames.fileno() != FRAMES_FD:
            os.dup2(self._frames.fileno(), FRAMES_FD, inheritable=False)
            self._frames.close()
            self._frames = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=FRAMES_FD)

    def drain_interrupts(self):
        """Full, the socket would take no further byte, and so bring no further interrupt."""
        try:
            while self._interrupts.recv(4096):
                pass
        except OSError:
            pass  # empty

    def send(self, frame):
        line = _dumps(frame)
        if len(line) > MAX_FRAME_BYTES and "data" in frame:
            dropped = "%d bytes of %s were dropped: over the limit of %d" % (
                len(line), ", ".join(frame["data"]), MAX_FRAME_BYTES)
            line = _dumps(dict(frame, data={"text/plain": dropped}))
        # Whole or not at all: no other thread's frame may come between its parts, and no interrupt may end it halfway.
        blocked = _sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with self._lock:
                view = memoryview(line)
                while view:
                    view = view[self._frames.send(view):]
        finally:
            _sigmask(signal.SIG_SETMASK, blocked)

    def receive(self, state):
        """The next frame, or None when the server is gone. The asyncio loop runs while waiting."""
        parts = []
        if self._reserve is None:
            self._reserve = _new_reserve()
        while not parts or not parts[-1].endswith(b"\n"):
            if not parts and state.loop is not None and not state.loop.is_closed():
                _run_until_readable(state)
            try:
                part = self._receive_part()
            except OSError as error:
                if error.errno == errno.EINTR:
                    continue
                return None
            if not part:
                return None
            parts.append(part)
        return _decode(b"".join(parts).decode("utf-8"), 0)[0]

    def _receive_part(self):
        try:
            return self._frames.recv(1 << 20)
        except MemoryError:
            self._reserve = None
            return self._frames.recv(1 << 16)


def _new_reserve():
    try:
        return bytes(_RESERVE_BYTES)  # never written to, so that it takes no memory
    except MemoryError:
        return None


def _dumps(frame):
    return "".join(_encode(frame, 0)).encode("ascii") + b"\n"


def _connect(address, token, role):
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(address)
    connection.send(_dumps({"type": "hello", "role": role, "token": token}))
    return connection


def _above_standard_fds(connection):
    """Moves a socket that holds fd 3 out of the way of the frames connection."""
    number = fcntl.fcntl(connection, fcntl.F_DUPFD_CLOEXEC, 64)
    moved = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=number)
    connection.close()
    return moved


def _run_until_readable(state):
    import asyncio

    loop, readable = state.loop, []

    def stop():
        readable.append(True)
        loop.stop()

    asyncio.set_event_loop(loop)
    loop.add_reader(FRAMES_FD, stop)
    try:
        while not readable:
            try:
                state.running = True  # a task that never yields keeps the next cell out: an interrupt ends it
                loop.run_forever()
            except (KeyboardInterrupt, SystemExit):
                pass  # it ends the task that was running, nothing else
            finally:
                state.running = False
    finally:
        loop.remove_reader(FRAMES_FD)
