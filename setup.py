"""Lists the extensions, which pyproject.toml cannot: every module of src/ that has C types in a .pxd beside it.

ROUTEKIT_NO_EXTENSIONS=1 makes a pure install; ROUTEKIT_CHECKED=1 keeps the bounds of lists checked (slower). Nothing
else is decided here.
"""

import os
import sys
from pathlib import Path

from setuptools import Extension, setup


def extensions() -> list[Extension]:
    if os.environ.get("ROUTEKIT_NO_EXTENSIONS") == "1":
        return []
    from Cython.Build import cythonize

    # Fused multiply-adds would round differently from one machine to the next, and so decide differently.
    # Without debug symbols the compiler needs half the time.
    flags = [] if sys.platform == "win32" else ["-ffp-contract=off", "-g0"]
    # An __init__.pxd would only mark its package; relative paths, for setuptools takes no others.
    sources = [path.with_suffix(".py") for path in sorted(Path("src").rglob("*.pxd")) if path.stem != "__init__"]
    found = cythonize(
        [
            Extension(".".join(path.with_suffix("").parts[1:]), [path.as_posix()], extra_compile_args=flags)
            for path in sources
            if path.exists()
        ],
        build_dir="build/cython",
        compiler_directives={
            "language_level": "3",
            "boundscheck": os.environ.get("ROUTEKIT_CHECKED") == "1",
            "wraparound": False,
            "initializedcheck": False,
            "cdivision": True,
            "freethreading_compatible": True,
            # Types come from the .pxd only. Otherwise `level: float` would make a C double of an argument in one
            # build and not in the other.
            "annotation_typing": False,
        },
    )
    for extension in found:
        # Without a C compiler the install goes on, and is pure. Set before cythonize, this would be lost.
        extension.optional = True
    # The longest first: several are compiled at once, and one that came last would be waited for alone.
    return sorted(found, key=lambda extension: -Path(extension.sources[0]).stat().st_size)


setup(ext_modules=extensions(), options={"build_ext": {"parallel": os.cpu_count() or 1}})
