"""What the operating system refuses to do with files, by errno."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry, Weight

ENTRIES = (
    Entry(
        key="permission",
        title="A file may not be read or written by this user",
        meaning="A file or directory belongs to another user than the one that the client runs as.",
        causes=(
            "The client runs as somebody else than the files' owner: not as root, or in a "
            "container that has a user of its own.",
            "A file was made once by root, or was copied with its owner.",
        ),
        steps=(
            "See whose they are: `ls -la {config} {logs}`",
            "Run it as the user that they belong to, most often root (sudo); or give them to the "
            "user that it runs as (chown; of a container, on the volume); or name directories of "
            "that user's own (certbot: --config-dir, --work-dir, --logs-dir).",
        ),
        cases=(
            Case(
                r"(?:cannot|unable to|could not|failed to) (?:load|open|read) (?:\w+ )?"
                r"(?:certificate|private key|key)|load_cert|bio_new_file",
                "A service may not read the certificate or its key. Below live/ and archive/ most "
                "often only root may, on purpose: the key lies there.",
                (
                    "The service opens the files as a user of its own, after it gave root up.",
                    "SELinux or a container's user forbids it.",
                ),
                (
                    "Have a deploy hook copy both to a folder of the service's, with its owner and "
                    "mode 0640, and reload it.",
                    "Or let its group read them: group and mode of live/, archive/ and the key. Do "
                    "not make keys readable for everybody.",
                ),
                title="A service may not read the certificate's files",
            ),
            Case(
                r"\bAH\d{5}\b|mod_md",
                "Apache's module mod_md may not read or write its own folder (MDStoreDir, most "
                "often md below the server's state or root folder). The CA refused nothing.",
                (
                    "The folder, or one that was made or copied later, does not belong to the user "
                    "that Apache's processes run as; they work there after they gave root up.",
                    "SELinux keeps Apache from writing or from connecting out.",
                ),
                (
                    "Give md/challenges, md/staging, md/ocsp and what lies in them to Apache's "
                    "user, and leave md/domains and md/accounts to root; then restart Apache.",
                ),
                title="Apache's mod_md may not read or write its own folder",
            ),
            Case(
                r"errno 1\b|operation not permitted|\beperm\b",
                "The operating system forbids this to whoever asks, root as well (EPERM): not the "
                "file's mode is in the way.",
                (
                    "The file system takes no owner or mode: a network share, or a mounted folder "
                    "of the host.",
                    "The file is marked as one that cannot be changed, or the container lacks the "
                    "capability (CHOWN, FOWNER).",
                ),
                (
                    "See whose they are, and whether the share takes what is set there: `ls -la "
                    "{config} {logs}`",
                    "Put the directories on a local file system, or mount the share with the right "
                    "uid; take the mark off (lsattr shows it, chattr -i).",
                ),
            ),
        ),
        phrases=(
            "!must be run * administrative rights",
            "!exists but * owned by current user with permissions",
            "!create|creating lock file * sufficient privileges",
            "permission denied",
            "operation not permitted",
            "eacces|eperm|errno_13|errno_1",
            "unauthorized_access_exception",
            "access to the path is denied",
        ),
        sources=("errno(3)", "certbot"),
        hides=("another-instance", "renewals-failed"),
    ),
    Entry(
        key="file-too-open",
        title="The client does not use a file, since others may read it",
        meaning="A file with keys may be read by others than its owner, and the client refuses it "
        "for that: {file}. It is this machine's file that is meant, not an account at the CA. What "
        "else fails in this text most likely follows from it.",
        causes=(
            "The file was made with the mode of its folder, copied, or is on a share or a "
            "mounted volume that gives every file the same mode.",
        ),
        steps=(
            "Let only the owner read it, then start the client again: `chmod 600 {file}`",
            "If the mode does not stay, keep the file on a file system that has modes (a volume, "
            "no share of Windows).",
        ),
        phrases=(
            "too open|permissive * please use 600|0600",
            "world|group|other readable * private_key|key|account|acme",
            "unprotected private_key file",
            "private_key|key|credential|account file * readable by other|group|everyone|world",
        ),
        shown=(r"(?i)\bpermissions? [\w']{3,12} for \S{2,250} (?:are|is) too (?:open|loose)",),
        names=r"(?:permissions? \S{1,10} for|file|of) [\"']?(?P<file>/[^\s\"',]{2,200})",
        sources=("traefik", "OpenSSH"),
        hides=(
            "permission",
            "client-account-missing",
            "client-settings",
            "solver-missing",
            "registration-failed",
            "account-unknown",
        ),
    ),
    Entry(
        key="directories-unusable",
        title="certbot could not use one of its directories; why stands in the line before",
        meaning="certbot gives this advice after any error of a file, whatever it was: that root "
        "is missing need not be the reason. The line before names it.",
        steps=("Look at the line before this one.",),
        phrases=("!either run as root",),
        sources=("certbot",),
        weight=Weight.SYMPTOM,
        vague=True,
    ),
    Entry(
        key="read-only",
        title="The file system is mounted read-only",
        meaning="Nothing can be written there, whoever tries (EROFS): owner, mode and root rights "
        "have nothing to do with it.",
        causes=(
            "The root file system, or a container's volume (:ro, readOnlyRootFilesystem), is "
            "read-only on purpose.",
            "systemd's sandbox does it (ProtectSystem=, ReadOnlyPaths=), or a snap.",
            "The kernel made it so after an error of the disk.",
        ),
        steps=(
            "See how it is mounted: `findmnt -T {config}`",
            "Mount a writable volume there; or remount it read-write before the client starts "
            "(ExecStartPre=, as a hook of the client comes too late); or name writable directories "
            "(certbot: --config-dir, --work-dir, --logs-dir).",
            "If nobody did it, the kernel's log (dmesg) has errors of the disk: save the data.",
        ),
        phrases=("read only file_system|filesystem", "erofs|errno_30", "media is write protected"),
        sources=("errno(3)", "certbot#6774"),
        hides=("permission", "files-failed", "another-instance", "renewals-failed"),
    ),
    Entry(
        key="disk-full",
        title="The disk is full",
        meaning="A file could not be written to its end.",
        causes=("Logs, backups or containers filled the file system, or its inodes are used up.",),
        steps=("Make room before anything else is run: `df -h ; df -i`",),
        cases=(
            Case(
                r"quota|edquot",
                "The user's or project's share of the disk (quota) is used up; the disk itself may "
                "have room.",
                ("Old logs and backups of that user.",),
                (
                    "See what is used; the command quota shows the limit: `df -h ; df -i`",
                    "Delete or move files of that user, or have the quota raised.",
                ),
            ),
        ),
        phrases=(
            "no space left on device",
            "disk quota exceeded",
            "not enough space on disk",
            "insufficient disk space",
            "enospc|edquot|errno_28|errno_122",
            "disk full",
        ),
        sources=("errno(3)", "letsencrypt-siteextension#230"),
        hides=("renewals-failed", "permission", "files-failed"),
    ),
    Entry(
        key="too-many-open-files",
        title="This machine's limit of open files is used up",
        meaning="A file could not be opened, since the process or the machine has too many open. "
        "That is a limit here, none of the CA's.",
        causes=("A program holds files or connections and does not close them; a low ulimit.",),
        steps=(
            "See the limits, and who holds most: `ulimit -n ; cat /proc/sys/fs/file-nr`",
            "Raise the limit of the service (LimitNOFILE= in its unit), then run it again.",
        ),
        phrases=("too many open files", "emfile|enfile|errno_24|errno_23"),
        sources=("errno(3)",),
        hides=("rate-limited", "files-failed"),
    ),
    Entry(
        key="file-refused",
        title="The operating system could not do what the client wanted with a file",
        meaning="What it answered stands in the words above. Neither network nor CA are at fault.",
        causes=("A file or folder is not what the client expects there.",),
        steps=("See what is there: `ls -la {config}`",),
        cases=(
            Case(
                r"name too long|enametoolong|path is too long",
                "A file's name is too long for the file system (most often 255 bytes).",
                ("A certificate named after all of its names, or an encrypted home (143 bytes).",),
                ("Give the certificate a short name (certbot: --cert-name).",),
                title="A file's name is too long",
            ),
            Case(
                r"symbolic links|eloop",
                "Links lead in a circle.",
                ("A link was made to itself, or by copying live/ and archive/ into each other.",),
                ("Look where each link leads, and set it anew: `ls -la {config}`",),
                title="Links below the client's directory lead in a circle",
            ),
            Case(
                r"stale|estale|transport endpoint|enotconn|host is down",
                "The file lies on a mount whose server no longer knows it, or is gone.",
                ("The share was moved, exported anew or restarted.",),
                ("Mount it anew (umount, mount), then run the client again.",),
                title="The share that the client's files are on is gone",
            ),
            Case(
                r"input/output error|\beio\b|structure needs cleaning|bad message",
                "The disk, or the share, failed while it was read or written.",
                ("The disk or its file system is damaged.",),
                ("Look at the kernel's log (dmesg), and save what there is before all else.",),
                title="The disk or the share fails",
            ),
            Case(
                r"no locks available|enolck|\bnot supported|enotsup|eopnotsupp"
                r"|function not implemented",
                "The file system does not do what the client needs: file locks, links or modes.",
                ("A network share, or a mounted folder of Windows, holds the directories.",),
                ("Put the client's directories on a local file system.",),
                title="The file system cannot do what the client needs",
            ),
            Case(
                r"resource busy|ebusy|cross-device|exdev|text file busy",
                "The file cannot be replaced in its place.",
                ("A single file is mounted into the container, and the client renames over it.",),
                ("Mount the folder that the file is in, not the file alone.",),
                title="A file cannot be replaced in its place",
            ),
            Case(
                r"errno 22\][^\n]{0,40}/live/|einval[^\n]{0,80}/live/",
                "Below live/ certbot wants links that lead to archive/, and this is a plain file.",
                (
                    "The directories were copied or restored without their links, or a file was "
                    "put there by hand.",
                ),
                (
                    "See what is a link: `ls -la {config}`",
                    "Restore live/ with its links, or set the folder of the name in live/ and "
                    "archive/ and its renewal file aside, and get the certificate anew.",
                ),
                title="A file in live/ is no link",
            ),
            Case(
                r"used by another process|sharing violation",
                "Another program has the file open and lets nobody else write it.",
                ("A service that uses the certificate, a virus scanner or a backup.",),
                ("Stop that program, or give it a copy.",),
                title="A file is in use by another program",
            ),
        ),
        phrases=(
            "file|filename name|extension too long",
            "path too long exception",
            "enametoolong|errno_36|errno_63",
            "too many levels symbolic links",
            "eloop|errno_40|errno_62",
            "stale nfs|file handle",
            "estale|errno_116|errno_70",
            "transport endpoint not connected",
            "input output error",
            "eio|errno_5",
            "structure needs cleaning",
            "no locks available",
            "enolck|errno_37|eopnotsupp|enotsup|errno_95",
            "symlink|link|chmod|chown|flock|lock|utime operation not supported",
            "device or resource busy",
            "ebusy|exdev|errno_16|errno_18",
            "invalid cross device link",
            "text file busy",
            "ln|symlink|symbolic_link * not supported",
            "errno_20|enotdir|not_a_directory_error",
            "cannot|can_not|could_not|failed create|stat|write|remove * not a directory",
            "used by another process",
            "errno_22 invalid argument * letsencrypt",
        ),
        sources=("errno(3)",),
        hides=("another-instance", "files-failed", "renewals-failed"),
    ),
)
