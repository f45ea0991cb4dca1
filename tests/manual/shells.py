"""Real shells on pseudo-terminals that print what they offer at a TAB."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
COMPLETIONS = ROOT / "completions"
TIMEOUT_SECONDS = 20  # seconds


def words(lines):
    """Return the offered words without the shell's quoting and descriptions."""
    bare = (line.split("\t")[0].replace("\\", "").rstrip("/") for line in lines)
    return [re.sub("^--[a-z-]+=", "", word) for word in bare]


def descriptions(lines):
    """Return the description of each word, for shells that show one."""
    pairs = (line.partition("\t") for line in lines)
    return {word: text.rpartition("-- ")[2] for word, _, text in pairs}


class Terminal:
    """An interactive shell whose TAB writes the offered words to a file, one on each line."""

    def __init__(self, command, environ, directory):
        self.answer = Path(environ["ANSWER"])
        self.answer.unlink(missing_ok=True)
        command[0] = shutil.which(command[0])
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(directory)
            os.execvpe(command[0], command, environ)
        termios.tcsetwinsize(self.terminal, (50, 200))
        self._wait()

    def complete(self, line):
        """Type the line and TAB; return the offered lines: word, tab, description."""
        self.answer.unlink(missing_ok=True)
        os.write(self.terminal, line.encode() + b"\t")
        return self._wait()

    def _wait(self):
        end = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.005)[0]:
                os.read(self.terminal, 65536)
            if self.answer.exists():
                text = self.answer.read_text(encoding="utf-8", errors="replace")
                if text.endswith("--end--\n"):
                    return text.splitlines()[:-1]
        raise AssertionError("the shell printed nothing")

    def close(self):
        os.close(self.terminal)
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


BASH = r"""
PS1='' PS2=''
for setting in 'bell-style none' 'completion-query-items 0' 'page-completions off'; do
    bind "set $setting"
done
source "$SCRIPT"
_probe()
{
    _pixverse "$@"
    (( ${#FUNCNAME[@]} > 1 )) && return
    {
        (( ${#COMPREPLY[@]} )) && printf '%s\n' "${COMPREPLY[@]}"
        echo --end--
    } > "$ANSWER"
}
complete -F _probe pixverse
pixverse() { { printf '%s\n' "$@"; echo --end--; } > "$ANSWER"; }
bind '"\t": complete'
echo --end-- > "$ANSWER"
"""

ZSH = r"""
PS1='' PS2='' RPS1=''
unsetopt beep prompt_sp
fpath=($FUNCTIONS $fpath)
zmodload zsh/files # its mv, to keep the dump
autoload -Uz compinit
compinit -C -d $DUMP
LISTMAX=100000
compadd() {
    if (( ${argv[(I)-[OAD]]} )); then
        builtin compadd "$@"
        return
    fi
    local -a found told
    local at=${argv[(I)-(d|ld)]} index
    (( at )) && told=("${(@P)argv[at + 1]}")
    builtin compadd -O found -D told "$@"
    for ((index = 1; index <= $#found; index++)); do
        print -r -- "${found[index]}"$'\t'"${(V)told[index]}"
    done >> $ANSWER
    builtin compadd "$@"
}
probe() {
    zle complete-word
    print -r -- --end-- >> $ANSWER
    zle kill-whole-line
}
through() {
    zle complete-word
    zle accept-line
}
zle -N probe
zle -N through
bindkey '^I' probe
bindkey '^B' through
pixverse() { { print -rl -- "$@"; print -- --end--; } > $ANSWER; }
print -- --end-- > $ANSWER
"""


class Bash(Terminal):
    """bash without a user's settings."""

    def __init__(self, environ, directory, scratch, before=""):
        rc = scratch / "bashrc"
        rc.write_text(before + BASH, encoding="utf-8")
        environ = environ | {
            "ANSWER": str(scratch / "bash-answer"),
            "SCRIPT": str(COMPLETIONS / "pixverse.bash"),
            "INPUTRC": "/dev/null",
            "TERM": "dumb",
        }
        super().__init__(["bash", "--noprofile", "--rcfile", str(rc), "-i"], environ, directory)

    def complete(self, line):
        found = super().complete(line)
        os.write(self.terminal, b"\x05\x15")
        return found

    def run(self, line):
        """Type the line, TAB and Enter; return the arguments of the command."""
        super().complete(line)
        self.answer.unlink()
        os.write(self.terminal, b"\n")
        return self._wait()


class Zsh(Terminal):
    """zsh with its own completion system."""

    def __init__(self, environ, directory, scratch):
        (scratch / ".zshrc").write_text(ZSH, encoding="utf-8")
        environ = environ | {
            "ANSWER": str(scratch / "zsh-answer"),
            "FUNCTIONS": str(COMPLETIONS),
            "ZDOTDIR": str(scratch),
            "DUMP": str(scratch.parent.parent / "zcompdump"),  # for all tests of this run
            "TERM": "dumb",
        }
        super().__init__(["zsh", "-d", "-i"], environ, directory)

    def run(self, line):
        """Type the line, TAB and Enter; return the arguments of the command."""
        self.answer.unlink(missing_ok=True)
        os.write(self.terminal, line.encode() + b"\x02")
        return self._wait()


FISH = """
source $SCRIPT
while read -l line
    complete -C $line
    echo --end--
end
"""


class Fish:
    """fish, whose ``complete -C`` prints what TAB would offer."""

    def __init__(self, environ, directory, scratch):
        self.errors = scratch / "fish-errors"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [shutil.which("fish"), "-c", FISH],
                env=environ | {"TERM": "dumb", "SCRIPT": str(COMPLETIONS / "pixverse.fish")},
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )

    def complete(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        lines = list(iter(self._line, "--end--"))
        assert self.errors.read_bytes() == b""
        return lines

    def _line(self):
        line = self.process.stdout.readline()
        assert line, "fish has ended"
        return line.rstrip("\n")

    def close(self):
        self.process.stdin.close()
        self.process.wait(TIMEOUT_SECONDS)
        self.process.stdout.close()
