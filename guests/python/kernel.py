"""Start of the Python guest. Cells run in this module, __main__, so it must end up empty."""
import sys

from sandcell_guest import serve

sys.path[0] = ""  # as in an interactive Python: imports look into the current folder first
sys.argv[:] = [""]
for _name in [name for name in globals() if not name.startswith("__")] + ["__file__", "__cached__"]:
    if _name != "serve":
        globals().pop(_name, None)
globals().pop("_name", None)
globals().pop("serve")()
