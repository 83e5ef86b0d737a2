"""A bare ipykernel, driven by jupyter_client: prints the samples of the figures named as arguments, as JSON.

Arguments: how many repetitions of slow figures, how many of warm calls, the names of the figures.
"""
import json
import sys
import time

from jupyter_client.manager import KernelManager

LINES_BYTES = 588890
TEN_MB = 10_000_000


class Kernel:
    def __init__(self):
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel()
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def pid(self):
        return self.manager.provisioner.process.pid

    def run(self, code, on_output=None):
        """Waits for the reply and for the last output. Returns the value and how many bytes were printed."""
        request = self.client.execute(code)
        value, printed = None, 0
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                printed += len(content["text"])
                if on_output:
                    on_output()
            elif message["msg_type"] == "execute_result":
                value = content["data"]["text/plain"]
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                break
        while self.client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != request:
            pass
        return value, printed


def expect(actual, expected):
    if actual != expected:
        raise SystemExit("the cell gave %r, not %r" % (actual, expected))


def timed(action):
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def start(slow, _warm):
    def once():
        kernels.append(Kernel())
        expect(kernels[0].run("1+1")[0], "2")

    samples = []
    for _ in range(slow):
        kernels = []
        samples.append(timed(once))
        kernels[0].__exit__()
    return samples


def warm(_slow, warm_calls):
    with Kernel() as kernel:
        for _ in range(100):
            expect(kernel.run("1+1")[0], "2")
        return [timed(lambda: kernel.run("1+1")) for _ in range(warm_calls)]


def lines(slow, _warm):
    with Kernel() as kernel:
        return [timed(lambda: expect(kernel.run("for i in range(100000): print(i)")[1], LINES_BYTES))
                for _ in range(slow)]


def ten_megabytes(slow, _warm):
    code = "import sys; _ = sys.stdout.write(('x' * 99 + '\\n') * 100000)"
    with Kernel() as kernel:
        return [timed(lambda: expect(kernel.run(code)[1], TEN_MB)) for _ in range(slow)]


def first_chunk(slow, _warm):
    samples = []
    with Kernel() as kernel:
        kernel.run("1+1")
        for _ in range(slow):
            started, seen = time.perf_counter(), []
            kernel.run("import time; print('x'); time.sleep(1)", lambda: seen.append(time.perf_counter()))
            samples.append((seen[0] - started) * 1000)
    return samples


def interrupt(slow, _warm):
    samples = []
    with Kernel() as kernel:
        kernel.run("kept = 42")
        for _ in range(slow):
            kernel.client.execute("while True: pass")
            time.sleep(0.3)

            def stop_and_run():
                kernel.manager.interrupt_kernel()
                # Its reply first: a request that is queued behind an interrupted cell, or comes soon after it, is aborted.
                kernel.client.get_shell_msg(timeout=60)
                for _ in range(1000):
                    if kernel.run("kept")[0] == "42":
                        return
                raise SystemExit("the variable is lost")

            samples.append(timed(stop_and_run))
    return samples


def pss(slow, _warm):
    samples = []
    for _ in range(min(slow, 5)):
        with Kernel() as kernel:
            expect(kernel.run("1+1")[0], "2")
            time.sleep(2)
            with open("/proc/%d/smaps_rollup" % kernel.pid()) as rollup:
                found = next(line for line in rollup if line.startswith("Pss:"))
            samples.append(int(found.split()[1]) / 1024)
    return samples


FIGURES = {"start": start, "warm": warm, "lines": lines, "tenMegabytes": ten_megabytes,
           "firstChunk": first_chunk, "interrupt": interrupt, "pss": pss}

if __name__ == "__main__":
    slow, warm_calls = int(sys.argv[1]), int(sys.argv[2])
    for name in sys.argv[3:]:
        try:
            answer = {"samples": FIGURES[name](slow, warm_calls)}
        except (Exception, SystemExit) as error:
            answer = {"failure": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps({"figure": name, **answer}), flush=True)
