"""Runs dulwich, unchanged: `clone URL DIRECTORY`, or `fetch DIRECTORY` and `push DIRECTORY REFSPEC...` with the remote origin.

The credentials are in GIT_USERNAME and GIT_PASSWORD, or there are none.
"""

import os
import sys

from dulwich import porcelain

credentials = {"username": os.environ.get("GIT_USERNAME"), "password": os.environ.get("GIT_PASSWORD")}
said = sys.stderr.buffer


def main(action, target, *more):
    if action == "clone":
        porcelain.clone(target, more[0], errstream=said, **credentials).close()
    elif action == "fetch":
        porcelain.fetch(target, "origin", outstream=sys.stderr, errstream=said, **credentials)
    else:
        pushed = porcelain.push(target, "origin", list(more), outstream=said, errstream=said, **credentials)
        # What is refused it writes down, and ends as if nothing were wrong.
        if any((pushed.ref_status or {}).values()):
            sys.exit(1)


try:
    main(*sys.argv[1:])
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
