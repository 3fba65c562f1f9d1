"""Runs python-gitlab, unchanged, through everything that Keyside has of GitLab's API; prints each chapter that passed.

Usage: python-gitlab.py URL TOKEN, where TOKEN is an administrator's personal access token with the scope api.
"""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import zipfile

import gitlab

url, secret = sys.argv[1:]
root = gitlab.Gitlab(url, private_token=secret)


OWN = {"name": "own", "scopes": ["api", "write_repository"]}
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGSw8DgKGyrCL/xpQq8NHjlVLS012nGhQUxG2Y9Tyagw"


def refused(status, call):
    """The call is answered with this status."""
    try:
        call()
    except gitlab.exceptions.GitlabError as error:
        assert error.response_code == status, f"{error.response_code}: {error}"
        return error.error_message
    raise AssertionError(f"expected {status}")


root.auth()
assert root.user.username == "root"
version, revision = root.version()
assert version != "unknown" and revision
assert refused(401, gitlab.Gitlab(url, private_token="wrong").auth)
print("instance")

feature = root.features.set("resource_access_token", True)
assert feature.name == "resource_access_token" and feature.state == "on"
assert [each.name for each in root.features.list()] == ["resource_access_token"]
print("features")

user = root.users.create(
    {"username": "pia", "name": "Pia", "email": "pia@example.com", "password": "a long enough password"}
)
assert root.users.get(user.id).username == "pia"
assert [each.id for each in root.users.list(username="pia")] == [user.id]
user.name = "Pia Two"
user.save()
assert root.users.get(user.id).name == "Pia Two"
assert user.block() is True and root.users.get(user.id).state == "blocked"
assert user.unblock() is True
person = gitlab.Gitlab(url, private_token=user.personal_access_tokens.create(OWN).token)
person.auth()
assert person.user.id == user.id
refused(403, lambda: person.users.create({"username": "x", "name": "x", "email": "x@example.com", "password": "12345678"}))
print("users")

group = person.groups.create({"name": "Python", "path": "python", "visibility": "private"})
subgroup = person.groups.create({"name": "Sub", "path": "sub", "parent_id": group.id})
assert person.groups.get("python/sub").full_name == "Python / Sub"
group.description = "Snakes"
group.save()
assert person.groups.get(group.id).description == "Snakes"
assert {each.full_path for each in person.groups.list()} == {"python", "python/sub"}
print("groups")

project = person.projects.create({"name": "App", "namespace_id": subgroup.id, "initialize_with_readme": False})
assert person.projects.get("python/sub/app").id == project.id
project.visibility = "internal"
project.save()
assert person.projects.get(project.id).visibility == "internal"
assert [each.id for each in person.projects.list(owned=True)] == [project.id]
refused(409, lambda: person.projects.create({"name": "App", "namespace_id": subgroup.id}))
refused(404, lambda: person.projects.get("nobody/nothing"))
print("projects")

friend = root.users.create(
    {"username": "fred", "name": "Fred", "email": "fred@example.com", "force_random_password": True}
)
member = project.members.create({"user_id": friend.id, "access_level": gitlab.const.AccessLevel.DEVELOPER.value})
member.access_level = 20
member.save()
assert project.members.get(friend.id).access_level == 20
group.members.create({"user_id": friend.id, "access_level": 30})
assert project.members_all.get(friend.id).access_level == 30
assert {each.username for each in project.members_all.list()} == {"pia", "fred"}
group.members.delete(friend.id)
project.members.delete(friend.id)
refused(404, lambda: project.members.get(friend.id))
print("members")

token = project.access_tokens.create({"name": "ci", "scopes": ["api"], "access_level": 40, "expires_at": "2027-01-01"})
bot = gitlab.Gitlab(url, private_token=token.token)
bot.auth()
assert bot.user.id == token.user_id and bot.user.bot
assert bot.projects.get(project.id).path == "app"
refused(404, lambda: bot.groups.get("python"))
refused(400, lambda: project.members.delete(token.user_id))
rotated = bot.http_post(f"/projects/{project.id}/access_tokens/self/rotate")
assert rotated["user_id"] == token.user_id
assert person.http_get(f"/projects/{project.id}/access_tokens/{token.id}")["active"] is False
refused(401, bot.auth)
assert [each.id for each in project.access_tokens.list(state="active")] == [rotated["id"]]
project.access_tokens.delete(rotated["id"])
refused(404, lambda: project.access_tokens.delete(rotated["id"]))
assert person.http_get("/personal_access_tokens/self")["name"] == "own"
message = refused(400, lambda: project.access_tokens.create({"name": "", "scopes": ["everything"]}))
assert "name is empty" in message and "scopes does not have a valid value" in message, message
print("tokens")

assert project.branches.list() == [] and project.tags.list() == []
refused(404, project.repository_tree)
refused(404, project.commits.list)
writer = root.projects.get(project.id).access_tokens.create(
    {"name": "git", "scopes": ["write_repository"], "access_level": 40}
)
with tempfile.TemporaryDirectory() as work:

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=work, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch=main")
    git("config", "user.name", "Pia")
    git("config", "user.email", "pia@example.com")
    os.mkdir(f"{work}/docs")
    for name in ["README.md", "docs/a b.txt", "docs/c.txt"]:
        with open(f"{work}/{name}", "w") as file:
            file.write(f"This is {name}\n")
        git("add", name)
        git("commit", "--quiet", "--message", f"Add {name}")
    git("tag", "--annotate", "v1.0", "--message", "The first")
    git("branch", "feature/x")
    parts = urllib.parse.urlsplit(url)
    git("push", "--quiet", f"http://any:{writer.token}@{parts.netloc}/python/sub/app.git", "main", "feature/x", "v1.0")
project.access_tokens.delete(writer.id)
assert [each.name for each in project.branches.list()] == ["feature/x", "main"]
assert [each.name for each in project.branches.list(search="feat")] == ["feature/x"]
main = project.branches.get("main")
assert main.default and main.protected and main.can_push and main.commit["title"] == "Add docs/c.txt"
assert project.branches.get("feature/x").commit["id"] == main.commit["id"]
refused(404, lambda: project.branches.get("feature"))
assert project.tags.get("v1.0").message == "The first"
assert [each.name for each in project.tags.list()] == ["v1.0"]
# The client takes a parameter `path` of its own for the address of the list.
commits = project.commits.list(ref_name="feature/x", query_parameters={"path": "docs"})
assert [each.title for each in commits] == ["Add docs/c.txt", "Add docs/a b.txt"]
assert len(list(project.commits.list(iterator=True, per_page=1))) == 3
commit = project.commits.get("v1.0")
assert commit.id == main.commit["id"] and project.commits.get(commit.short_id).author_name == "Pia"
assert [each["path"] for each in project.repository_tree()] == ["README.md", "docs"]
assert [each["name"] for each in project.repository_tree("docs", ref="main")] == ["a b.txt", "c.txt"]
assert len(list(project.repository_tree(recursive=True, iterator=True, per_page=1))) == 4
file = project.files.get("docs/a b.txt", ref="main")
assert file.decode() == b"This is docs/a b.txt\n" and file.commit_id == commit.id
assert project.files.raw("docs/a b.txt", ref="v1.0") == file.decode()
refused(404, lambda: project.files.get("docs", ref="main"))
with tarfile.open(fileobj=io.BytesIO(project.repository_archive())) as archive:
    assert f"app-main-{commit.id}/docs/a b.txt" in archive.getnames(), archive.getnames()
with zipfile.ZipFile(io.BytesIO(project.repository_archive(sha="v1.0", format="zip", path="docs"))) as archive:
    assert f"app-v1.0-{commit.id}-docs/docs/c.txt" in archive.namelist(), archive.namelist()
assert len(b"".join(project.repository_archive(iterator=True))) > 0
print("repository")

key = person.user.keys.create({"title": "laptop", "key": PUBLIC_KEY + " pia@laptop", "expires_at": "2027-01-01"})
assert key.key == PUBLIC_KEY and key.expires_at == "2027-01-01T00:00:00.000Z" and key.usage_type == "auth"
assert [each.id for each in person.user.keys.list()] == [person.user.keys.get(key.id).id]
assert [each.title for each in root.users.get(user.id).keys.list()] == ["laptop"]
message = refused(400, lambda: root.user.keys.create({"title": "laptop", "key": PUBLIC_KEY}))
assert message == {"fingerprint_sha256": ["has already been taken"]}, message
key.delete()
refused(404, lambda: person.user.keys.get(key.id))
print("keys")

actions = [event.action_name for event in project.events.list(get_all=True)]
assert {"created", "updated", "joined", "left", "rotated", "revoked"} <= set(actions), actions
assert person.events.list()[0].author_username == "pia"
assert len(user.events.list()) > 0
print("events")

for number in range(5):
    project.access_tokens.create({"name": f"token {number}", "scopes": ["read_api"]})
assert len(list(project.access_tokens.list(iterator=True, per_page=2, state="active"))) == 5
print("pages")

refused(409, group.delete)
project.delete()
subgroup.delete()
group.delete()
root.users.delete(user.id)
refused(404, lambda: root.users.get(user.id))
refused(401, person.auth)
root.features.delete("resource_access_token")
assert root.features.list()[0].state == "off"
print("removals")
