"""Packages that are installed while the kernel runs: they can be imported at once, by the same kernel."""
from . import BUILTINS as __builtins__

import os
import site
import sys

# Bound now: user code may replace them in their modules, and the guest must go on.
from os import listdir as _listdir, stat as _stat

_MAX_NOTES = 5
_MAX_RECORD_BYTES = 1 << 20


class Packages:
    """The folder that pip installs to, and what changes in it."""

    def __init__(self):
        self.folder = _install_folder()
        self._seen = self._changed_at()
        self._distributions = self._list()
        self._loaded = frozenset()
        self._notes = []

    def begin(self):
        """Before a cell: lets imports find what was installed or written since the last one."""
        try:
            _forget_listings()
            self.refresh()
            self._loaded = frozenset(sys.modules)
        except Exception:  # user code has replaced what imports rest on
            pass

    def refresh(self):
        """Takes in what was installed."""
        try:
            changed_at = self._changed_at()
            if changed_at == self._seen:
                return
            self._seen = changed_at
            _forget_listings()
            _run_path_files(self.folder)
            before, self._distributions = self._distributions, self._list()
            self._notes += self._outdated(self._distributions - before)
        except Exception:  # a hint must not cost the cell
            pass

    def end(self):
        """After a cell: notes on modules whose older version stays loaded."""
        self.refresh()
        notes, self._notes = self._notes, []
        return notes[:_MAX_NOTES]

    def _outdated(self, added):
        notes = []
        for entry in sorted(added)[:50]:
            name, _, version = entry[: -len(".dist-info")].partition("-")
            loaded = [top for top in _top_levels(self.folder, entry) if top in self._loaded]
            if loaded and getattr(sys.modules.get(loaded[0]), "__version__", None) != version:
                notes.append("%s %s is installed, but this context has loaded another version of %s before; a new "
                             "context uses the new one" % (name, version, ", ".join(loaded[:3])))
        return notes

    def _changed_at(self):
        try:
            return _stat(self.folder).st_mtime_ns
        except OSError:
            return None

    def _list(self):
        try:
            return frozenset(name for name in _listdir(self.folder) if name.endswith(".dist-info"))
        except OSError:
            return frozenset()


def _install_folder():
    """Made now: a path that does not exist when it is first looked at is not looked at again by the same cell."""
    folder = os.environ.get("PYTHONPATH") if sys.prefix != sys.base_prefix else site.getusersitepackages()
    if folder is None:
        import sysconfig

        return sysconfig.get_path("purelib")
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        pass  # no room: pip will say so
    if folder not in sys.path:
        place = next((i for i, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages"))), None)
        sys.path.insert(len(sys.path) if place is None else place, folder)
    return folder


def _forget_listings():
    # What importlib.invalidate_caches() does, without the modules that it would load for it.
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            sys.path_importer_cache.pop(path, None)
        elif hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()
    metadata = sys.modules.get("importlib.metadata")
    if metadata is not None:
        metadata.MetadataPathFinder.invalidate_caches()


def _run_path_files(folder):
    """The .pth files of packages, which Python itself reads at its start; a second time does nothing."""
    known = {os.path.realpath(path) for path in sys.path}
    for name in sorted(_listdir(folder)):
        if name.endswith(".pth"):
            site.addpackage(folder, name, known)


def _top_levels(folder, entry):
    """The modules of a distribution, by its list of files."""
    with open(os.path.join(folder, entry, "RECORD"), encoding="utf-8", errors="replace") as record:
        text = record.read(_MAX_RECORD_BYTES)
    found = []
    for line in text.split("\n"):
        first, _, rest = line.split(",")[0].partition("/")
        if not rest and first.endswith(".py"):
            first = first[:-3]
        elif not rest:
            continue
        if first.isidentifier() and first not in found:
            found.append(first)
    return found
