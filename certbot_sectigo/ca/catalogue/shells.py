"""What the shell says that a client, its hooks or its container are started by."""

from __future__ import annotations

from certbot_sectigo.ca.catalogue.model import Case, Entry

ENTRIES = (
    Entry(
        key="path-is-folder",
        title="A folder is named where a file belongs",
        meaning="The client, or a command of its script, was to write or read a file and found a "
        "folder of that name. The CA refused nothing; a certificate may have been issued.",
        causes=(
            "An option that wants a file got a folder (acme.sh: --cert-file, --key-file, "
            "--fullchain-file, --ca-file).",
            "A variable in the path is empty, such as a token that never came: then the answer "
            "before it was empty, and its request is what failed.",
            "A container's volume was mounted before the file was there, so a folder was made.",
        ),
        steps=(
            "Give the whole path with the file's name. acme.sh keeps the paths in its file of the "
            "domain (Le_RealCertPath and others, in ~/.acme.sh/NAME/NAME.conf).",
            "Where the path ends with a slash and the name is missing, look at the lines before.",
        ),
        phrases=(
            "line is_a_directory",
            "read|open|write|create|rename is_a_directory",
            "cat|grep|cp|mv|install|openssl|tee|touch|cannot * is_a_directory",
            "cp omitting directory",
            "errno_21|eisdir|is_a_directory_error",
        ),
        sources=("errno(3)", "acme.sh#3483", "getssl#365"),
        hides=("pem-unreadable", "file-refused", "order-refused", "files-failed"),
    ),
    Entry(
        key="script-failed",
        title="The client's script stumbled in its shell",
        meaning="The words above are the shell's, not a CA's: the script met something that this "
        "shell does not do, or a value that was empty.",
        causes=(
            "The script runs in another shell than it is written for (sh, zsh or busybox in place "
            "of bash).",
            "A value was empty, since the answer before it was empty or another than expected.",
            "The script is old, or was damaged by an editor (line ends of Windows).",
        ),
        steps=(
            "Start it as its first line says (#!), or with bash in front.",
            "Update the client; run it again with its debug option, and look at what comes before "
            "the line that is quoted.",
        ),
        cases=(
            Case(
                r"unexpected EOF|looking for matching",
                "The shell that runs the client's script found a quotation mark that does not "
                "end. 'EOF' is the script's end, and has nothing to do with the network.",
                (
                    "A value of the configuration that the script takes over has a quotation mark, "
                    "a bracket or a $ in it.",
                    "The script itself is faulty in this version.",
                ),
                (
                    "Look at the values of the configuration (name, e-mail, password, options) for "
                    "such signs, and take them out.",
                    "Else update the add-on or image, or go back to the version before.",
                ),
                title="The client's script has a quotation mark that does not end",
            ),
            Case(
                r"line \d+: \S*/\S*: (?:no such file|permission denied)",
                "The client's script calls a program by its path, and it is not there, or may not "
                "be executed, where the client runs. The CA was asked nothing.",
                (
                    "The path is relative (./hook.sh): it counts from the folder that the client "
                    "was started in, and cron and timers start it in another one.",
                    "The file is misspelt, was removed, or has no right to be executed; its first "
                    "line names an interpreter that is not there.",
                ),
                (
                    "Write the program's whole path in the client's configuration (HOOK= for "
                    "dehydrated), and make it executable.",
                ),
                title="A program that the client calls is not at that path, or may not be executed",
            ),
            Case(
                r"command not found|: not found",
                "A script of the container or client calls a command or function of its own that "
                "is not there: its parts do not fit each other. The CA was asked nothing.",
                (
                    "Image and mounted scripts are of different versions, an update was made in "
                    "part, or the script was changed.",
                ),
                (
                    "Update both (the image and the files that it mounts), and make the container "
                    "anew; take changes of your own out.",
                ),
                title="A script calls a command that is not there",
            ),
            Case(
                r"not a valid|valid application|unable to start|parse\w*(?:exception|error)"
                r"|ampersand",
                "The client called a script of yours and Windows, or PowerShell, could not start "
                "or read it: not one line of it ran. The CA is not meant.",
                (
                    "A PowerShell script is no program: it has to be called by powershell.exe.",
                    "Signs that PowerShell takes for its own (&, {}, quotation marks) stand in the "
                    "parameters, or the file is damaged.",
                ),
                (
                    "Call it as powershell.exe -File SCRIPT.ps1, with the parameters behind, each "
                    "in quotation marks.",
                    "Run the same command by hand, as the user that the task runs as.",
                ),
                title="A script that the client calls cannot be started or read",
            ),
            Case(
                r"\\r|\^M|carriage",
                "The script's lines end as on Windows, and the shell takes the sign at their end "
                "for a part of each command.",
                ("It was edited or copied on Windows.",),
                ("Bring its line ends back (dos2unix FILE), or download it anew.",),
            ),
        ),
        phrases=(
            "assignment to invalid subscript",
            "bad substitution",
            "syntax_error near unexpected token",
            "syntax_error unexpected",
            "syntax_error operand expected",
            "unexpected end of file * line|syntax",
            "line unbound variable",
            "parameter not set",
            "unary|binary operator expected",
            "integer expression expected",
            "ambiguous redirect",
            "not valid identifier",
            "illegal number",
            "line r command_not_found",
            "!script is unable start",
            "!curl no url specified",
            "!script error * parser_error|ampersand|parse_exception",
            "not_a valid application for this os|win32|platform",
            "unexpected eof * looking|matching",
            "looking matching",
            "syntax_error * line",
            "bad_interpreter * m no_such_file",
        ),
        shown=(
            r"(?m)\S{1,200}(?:entrypoint|acme|cert|letsencrypt)\S{0,200}: line \d{1,6}: \w{2,60}: "
            r"command not found",
            r"(?m)\S{1,200}(?:entrypoint|acme|cert|letsencrypt|dehydrated|getssl|uacme|lego)"
            r"\S{0,200}: line \d{1,6}: \S{0,200}/\S{1,200}: (?:No such file|Permission denied)",
        ),
        sources=("bash(1)", "dehydrated#511"),
        vague=True,
        hides=("bad-csr", "order-refused", "ca-unreachable", "client-not-found"),
    ),
)  # fmt: skip
