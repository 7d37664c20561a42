"""Ask the machine whether a target can be served here: users, folders, programs, key stores."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
from pathlib import Path

from certbot_sectigo.deploy.model import STANDARD_PATH, Target
from certbot_sectigo.deploy.targets import outputs


def uid_of(owner: int | str) -> int:
    """Give the uid of a user.

    :raises KeyError: there is no such user.
    """
    return owner if isinstance(owner, int) else pwd.getpwnam(owner).pw_uid


def gid_of(group: int | str) -> int:
    """Give the gid of a group.

    :raises KeyError: there is no such group.
    """
    return group if isinstance(group, int) else grp.getgrnam(group).gr_gid


def keytool() -> str | None:
    """Find Java's keytool: on the standard path, else below JAVA_HOME."""
    home = os.environ.get("JAVA_HOME")
    path = STANDARD_PATH + (f":{home}/bin" if home else "")
    return shutil.which("keytool", path=path)


def _password_problem(target: Target) -> str | None:
    file = target.password_file
    if file is None:
        return None
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        if target.generate_password:
            return None
        return f"password_file: {file} is not there; generate_password = true makes one"
    except OSError as error:
        return f"password_file: {file}: {error.strerror}"
    if mode & 0o007:
        return f"password_file: {file} can be read by everybody: chmod o= {file}"
    return None


def _place_problem(path: Path, config_dir: Path) -> str | None:
    for owned in ("accounts", "archive", "keys", "live", "renewal", "sectigo"):
        if config_dir / owned in path.parents:
            return f"path: {path} lies in certbot's own folder {config_dir / owned}"
    try:
        status = path.lstat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            return f"path: {path}: there is no folder {path.parent}"
        return None
    except OSError as error:
        return f"path: {path}: {error.strerror}"
    if stat.S_ISLNK(status.st_mode):
        return f"path: {path} is a symbolic link; name the file itself: {path.resolve()}"
    if not stat.S_ISREG(status.st_mode):
        return f"path: {path} is no regular file"
    return None


def problems(target: Target, config_dir: Path) -> list[str]:
    """Say what on this machine keeps a target from being deployed.

    :param config_dir: certbot's configuration directory; nothing is deployed into it.
    :returns: ``key: what is wrong`` each; empty where all is well.
    """
    found: list[str] = []
    for key, known, name in (
        ("owner", uid_of, target.owner),
        ("group", gid_of, target.group),
    ):
        if name is not None:
            try:
                known(name)
            except KeyError:
                kind = "user" if key == "owner" else "group"
                found.append(f'{key}: there is no {kind} "{name}" on this machine')
    for key, command in (("test", target.test), ("reload", target.reload)):
        if command is not None and shutil.which(command.words[0], path=STANDARD_PATH) is None:
            found.append(f"{key}: there is no program {command.words[0]}")
    if target.format == "jks" and keytool() is None:
        found.append(
            "format: jks needs Java's keytool, which is not here; "
            'every Java since 8u60 reads format = "pkcs12"'
        )
    for place in outputs(target):
        problem = _place_problem(place, config_dir)
        if problem:
            found.append(problem)
    problem = _password_problem(target)
    if problem:
        found.append(problem)
    return found
