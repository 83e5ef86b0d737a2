"""What attacks are made of. Runs in a cell, and on the host as a control: both must mean the same."""
import ctypes
import errno
import gc
import json
import os
import signal
import socket
import struct
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def report(value):
    print(json.dumps(value))


def attempt(action, *args, **options):
    """'ok', or the name of the errno or of the exception."""
    try:
        action(*args, **options)
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except BaseException as error:
        return type(error).__name__
    return "ok"


def call(number, *args):
    """A raw system call: 'ok', or the name of the errno. Bytes are passed by their address."""
    buffers = [ctypes.create_string_buffer(arg) if isinstance(arg, bytes) else arg for arg in args]
    words = [arg if isinstance(arg, ctypes.Array) else ctypes.c_ulong(arg & (2**64 - 1)) for arg in buffers]
    value = libc.syscall(ctypes.c_long(number), *words)
    return "ok" if value >= 0 else errno.errorcode[ctypes.get_errno()]


def opened(path, flags=os.O_RDONLY):
    return attempt(lambda: os.close(os.open(path, flags | os.O_NONBLOCK)))


def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def in_child(action):
    """What `action` returns in a forked process, or the number of the signal that ended it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writer, json.dumps(action()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    status = os.waitpid(pid, 0)[1]
    return json.loads(text) if text else {"signal": os.WTERMSIG(status)}


def field(name, path="/proc/self/status"):
    with open(path) as status:
        return next(line.split(None, 1)[1].strip() for line in status if line.startswith(name + ":"))


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def cell():
    """The guest's own object of the running cell, as hostile code finds it: its `id` and `mark` are there."""
    return next(found for found in gc.get_objects() if type(found).__name__ == "Cell")


def forge(*lines):
    """Writes lines on the frames connection, in place of the guest."""
    data = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    view = memoryview(data)
    while view:
        view = view[os.write(3, view):]
