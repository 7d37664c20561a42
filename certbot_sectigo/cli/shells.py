"""What bash, zsh and fish run on Tab, and what they are answered; click says what there is.

Click's own scripts put names into bash's line as they are, so that ``$(...)`` in one is run on
Enter; lose an option before ``=`` in zsh; and end a word at each ``:`` in bash and ``,`` in fish.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

from click import shell_completion

_LINE = "_CERTBOT_SECTIGO_LINE"
_BREAKS = "_CERTBOT_SECTIGO_BREAKS"
_BASH = f"""\
%(complete_func)s() {{
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            word:*) COMPREPLY+=("${{line#word:}}") ;;
            file:*) compopt -o default ;;
            dir:*) compopt -o dirnames ;;
        esac
    done < <({_LINE}="${{COMP_LINE:0:COMP_POINT}}" {_BREAKS}="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_ZSH = f"""\
#compdef %(prog_name)s

%(complete_func)s() {{
    local line word typed="$QIPREFIX$IPREFIX$PREFIX"
    local -a found shown
    found=() shown=()
    for line in "${{(@f)$({_LINE}="${{(j: :)${{(@)words[1,CURRENT-1]}}}} $typed" \\
        %(complete_var)s=zsh_complete $words[1] 2>/dev/null)}}"; do
        word=${{${{line#word:}}%%%%$'\\t'*}}
        case $line in
            word:*$'\\t'*) found+=("$word"); shown+=("$word  -- ${{line#*$'\\t'}}") ;;
            word:*) found+=("$word"); shown+=("$word") ;;
            file:*) [[ $PREFIX == -*=* ]] && compset -P '*='; _files; return ;;
            dir:*) [[ $PREFIX == -*=* ]] && compset -P '*='; _files -/; return ;;
        esac
    done
    compadd -U -V unsorted -d shown -a found
}}

if [[ $funcstack[1] == _%(prog_name)s ]]; then
    # A file in $fpath is a function, each time that it is called.
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""
_FISH = f"""\
function %(complete_func)s
    set -l parts (string match -r -- '^((?:-[^=]*=)?)(.*)' (commandline -ct | string collect))
    for line in (env {_LINE}=(commandline -cp | string collect) \\
        %(complete_var)s=fish_complete %(prog_name)s 2>/dev/null)
        switch $line
            case 'word:*'
                string replace 'word:' '' -- $line
            case 'file:*'
                string replace -r '^' -- "$parts[2]" (__fish_complete_path "$parts[3]")
            case 'dir:*'
                string replace -r '^' -- "$parts[2]" (__fish_complete_directories "$parts[3]")
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""
_PLAIN = re.compile(r"[\w@%+=:,./-]")
"""What stands for itself in bash's line."""


@dataclass
class Word:
    """A word of a command line, as it was typed."""

    value: str = ""
    """What the shell makes of it."""
    quote: str = ""
    """The quote that is still open at its end."""
    fixed: int = 0
    """How much of the value lies before the place from which on bash replaces what was typed."""


def split(line: str, breaks: str = "") -> list[Word]:
    """Return the words of a line up to the cursor, the one to complete last.

    Nothing is expanded, as a shell would.

    :param breaks: readline's COMP_WORDBREAKS; an open quote is a break, too.
    """
    words, quote, between = [Word()], "", False
    characters = iter(line)
    for each in characters:
        word = words[-1]
        if quote == "'" or (quote and each not in '"\\'):
            if each == quote:
                quote = ""
            else:
                word.value += each
        elif each == "\\":
            word.value += next(characters, "")
        elif each == quote:
            quote = ""
        elif each in "'\"":
            quote, word.fixed = each, len(word.value)
        elif each.isspace():
            if not between:
                words.append(Word())
        else:
            word.value += each
            if each in breaks:
                word.fixed = len(word.value)
        between = not quote and each.isspace()
    words[-1].quote = quote
    return words


def bash_word(value: str, typed: Word) -> str:
    """Return what bash has to put behind what stays of a word, so that the value is meant.

    :param value: the whole word.
    :param typed: what there is of it.
    """
    rest = value[typed.fixed :]
    if typed.quote == "'":
        return rest.replace("'", "'\\''")
    if typed.quote:
        # A shell with history reads "!" between double quotes, even behind a backslash.
        return re.sub(r'([$`"\\])', r"\\\1", rest).replace("!", "\"'!'\"")
    return "".join(each if _PLAIN.match(each) else f"\\{each}" for each in rest)


class _Ours(shell_completion.ShellComplete):
    """What the scripts ask, whichever shell it is: one line an answer, its kind before it."""

    typed = Word()

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one at the cursor, and that one."""
        words = split(os.environ.get(_LINE, ""), os.environ.get(_BREAKS, ""))
        self.typed = words[-1]
        return [word.value for word in words[1:-1]], self.typed.value

    def format_completion(self, item: Any) -> str:
        """Return an answer; what has control characters in it no line can hold."""
        if item.type != "plain":
            return f"{item.type}:"
        name, equals, _ = self.typed.value.partition("=")
        lead = name + equals if equals and name.startswith("-") else ""
        value = lead + str(item.value)
        if not value.isprintable():
            return ""
        return self.line(value, " ".join((item.help or "").split()))

    def line(self, value: str, about: str) -> str:
        """Return the line of a word."""
        return f"word:{value}\t{about}" if about else f"word:{value}"


class _Bash(_Ours):
    name = "bash"
    source_template = _BASH

    def line(self, value: str, about: str) -> str:
        return f"word:{bash_word(value, self.typed)}"


class _Zsh(_Ours):
    name = "zsh"
    source_template = _ZSH


class _Fish(_Ours):
    name = "fish"
    source_template = _FISH


SHELLS: dict[str, type[shell_completion.ShellComplete]] = {
    each.name: each for each in (_Bash, _Zsh, _Fish)
}


def register() -> None:
    """Have click answer these shells in our way."""
    for each in SHELLS.values():
        shell_completion.add_completion_class(each)
