# Runs once in each Python kernel of a deployment, as its first cell. What execd passes on of a kernel's messages is
# output, results and errors, but no displays: here they become marked output, which the server takes out again.
# A cell can write such marks too: all it gets is a display of its own making. MARK is replaced before it runs.
def __sandcell_prelude(mark):
    import base64
    import json
    import platform
    import sys
    import time
    import warnings

    # Jupyter drops output over 1 MB a second, measured over 3 s. This stays below, whatever else is printed.
    PIECE, BURST, RATE, MOST = 48_000, 1_000_000, 500_000, 8_000_000
    out = sys.stdout
    sent = {"number": 0, "bytes": 0.0, "at": time.monotonic()}

    def pause(size):
        now = time.monotonic()
        sent["bytes"] = max(0.0, sent["bytes"] - (now - sent["at"]) * RATE) + size
        sent["at"] = now
        if sent["bytes"] > BURST:
            time.sleep((sent["bytes"] - BURST) / RATE)

    def send(frame):
        text = base64.b64encode(json.dumps(frame).encode()).decode()
        sent["number"] += 1
        pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        for left, piece in zip(range(len(pieces) - 1, -1, -1), pieces):
            pause(len(piece))
            out.write(f"\x1e{mark}:{sent['number']}:{left}:{piece}\x1e")
            out.flush()

    def to_text(value):
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return value if isinstance(value, str) else json.dumps(value, default=str)

    def publish(data, metadata=None, *args, **kwargs):
        # An update of an earlier display (a progress bar) would come as one more.
        if kwargs.get("update"):
            return
        bundle = {str(kind): to_text(value) for kind, value in data.items()}
        size = sum(map(len, bundle.values()))
        if size > MOST:
            bundle = {"text/plain": f"<a display of {size} characters, over {MOST}, was left out>"}
        send({"display": bundle})

    def leave(code=None):
        raise SystemExit(code)

    try:
        from IPython import get_ipython

        shell = get_ipython()
        shell.display_pub.publish = publish
        # IPython's own would end the kernel, and nothing would say so.
        shell.user_ns["exit"] = shell.user_ns["quit"] = leave
        warnings.filterwarnings("ignore", message="To exit: use")
    except (ImportError, AttributeError):
        pass  # another kernel than IPython's: it has no displays
    print(f"{mark}:{platform.python_version()}")


__sandcell_prelude("MARK")
del __sandcell_prelude
