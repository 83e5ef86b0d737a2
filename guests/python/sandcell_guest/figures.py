"""matplotlib's open figures, shown as PNG at the end of the cell."""
from . import BUILTINS as __builtins__

import sys


def show_open(show):
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not hasattr(pyplot, "get_fignums"):
        return
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        show({"text/plain": "<figure %d>" % number, "image/png": _png(figure)})
    pyplot.close("all")


def _png(figure):
    import base64
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
