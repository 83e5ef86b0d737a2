"""A value as a MIME bundle: what IPython's conventions ask for, else its repr."""
from . import BUILTINS as __builtins__

import base64

# A longer text is cut: the server shows a few KiB of it anyway.
_MAX_TEXT = 1024 * 1024

_METHODS = (
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_latex_", "text/latex"),
    ("_repr_json_", "application/json"),
)


def display(value, state):
    if state.display is not None:
        state.display(bundle(value))


def bundle(value):
    data = {"text/plain": _text(value)}
    if isinstance(value, type):
        return data  # the methods of a class are for its instances
    rich = _call(value, "_repr_mimebundle_")
    if isinstance(rich, tuple) and rich:
        rich = rich[0]
    found = dict(rich) if isinstance(rich, dict) else {}
    for method, mime in _METHODS:
        if mime not in found:
            part = _call(value, method)
            if part is not None:
                found[mime] = part[0] if isinstance(part, tuple) else part
    for mime, part in found.items():
        encoded = _encode(part)
        if encoded is not None:
            data[str(mime)] = encoded
    return data


def _text(value):
    try:
        text = repr(value)
        if not isinstance(text, str):
            raise TypeError("repr() gave no text")
    except Exception as error:
        text = "<%s object; its repr raised %s: %s>" % (type(value).__name__, type(error).__name__, error)
    if len(text) > _MAX_TEXT:
        text = "%s… (%d characters more)" % (text[:_MAX_TEXT], len(text) - _MAX_TEXT)
    return text


def _call(value, method):
    try:
        function = getattr(value, method, None)
        return function() if callable(function) else None
    except Exception:  # a rich form that fails is left out; the text form stands
        return None


def _encode(part):
    if isinstance(part, str):
        return part
    if isinstance(part, (bytes, bytearray)):
        return base64.b64encode(bytes(part)).decode("ascii")
    if isinstance(part, (dict, list)):
        import json

        try:
            return json.dumps(part)
        except (TypeError, ValueError):
            return None
    return None
