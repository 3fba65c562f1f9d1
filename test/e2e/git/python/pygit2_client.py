"""Runs pygit2, which is libgit2: `clone URL DIRECTORY`, or `fetch DIRECTORY` and `push DIRECTORY REFSPEC...` with the remote origin.

The credentials are in GIT_USERNAME and GIT_PASSWORD, or there are none.
"""

import os
import sys

import pygit2


class Callbacks(pygit2.RemoteCallbacks):
    def __init__(self):
        password = os.environ.get("GIT_PASSWORD")
        super().__init__(None if password is None else Once(os.environ["GIT_USERNAME"], password))

    def certificate_check(self, certificate, valid, host):
        # Over SSH, libgit2 looks for known hosts in the home directory, which a test does not have.
        return valid or os.fsdecode(host) == os.environ.get("GIT_TRUSTED_HOST")

    def sideband_progress(self, string):
        sys.stderr.write(string)

    def push_update_reference(self, refname, message):
        if message is not None:
            raise RuntimeError(f"{refname}: {message}")


class Once(pygit2.UserPass):
    """libgit2 asks for credentials again and again while they are refused."""

    asked = False

    def __call__(self, url, username, allowed):
        if self.asked:
            raise RuntimeError("the credentials were refused")
        self.asked = True
        return super().__call__(url, username, allowed)


def main(action, target, *more):
    if action == "clone":
        pygit2.clone_repository(target, more[0], callbacks=Callbacks())
        return
    origin = pygit2.Repository(target).remotes["origin"]
    if action == "fetch":
        origin.fetch(callbacks=Callbacks())
    else:
        origin.push(list(more), callbacks=Callbacks())


try:
    main(*sys.argv[1:])
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
