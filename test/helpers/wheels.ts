/** Python of a cell that defines `wheel(name, version, files)`, which writes a wheel to /workspace and returns its path. */
export const WHEEL_MAKER = `
def wheel(name, version, files, tag="py3-none-any"):
    import zipfile
    path, info = f"/workspace/{name}-{version}-{tag}.whl", f"{name}-{version}.dist-info/"
    files = {
        **files,
        info + "METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
        info + "WHEEL": f"Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: {tag}\\n",
        info + "entry_points.txt": f"[console_scripts]\\n{name}-hello={name}:main\\n",
    }
    files[info + "RECORD"] = "".join(f"{file},,\\n" for file in [*files, info + "RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path
def module(name, version):
    return wheel(name, version, {name + ".py": f"__version__ = '{version}'\\ndef main(): print('{name}', __version__)\\n"})
`;
