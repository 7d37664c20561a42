"""Change files and folders so that a crash leaves the old state or the new one, never half of it.

Every change is made beside its target, synced, and put in place by one rename(2);
the folder is synced afterwards (fsync(2) of a file does not cover its name).
"""

from certbot_sectigo.base.atomic.files import (
    backup,
    replace,
    replace_all,
    replace_in,
)
from certbot_sectigo.base.atomic.folders import (
    make_dir,
    make_private_dir,
    refuse_unmovable,
    remove,
    remove_empty,
    rename_dir,
)
from certbot_sectigo.base.atomic.links import relink
from certbot_sectigo.base.atomic.steps import FileError
from certbot_sectigo.base.atomic.temporary import is_temporary, sweep

__all__ = [
    "FileError",
    "backup",
    "is_temporary",
    "make_dir",
    "make_private_dir",
    "refuse_unmovable",
    "relink",
    "remove",
    "remove_empty",
    "rename_dir",
    "replace",
    "replace_all",
    "replace_in",
    "sweep",
]
