# The Bash guest: holds one context's state in a shell and runs cells in it (docs/kernel-protocol.md).
#
# Theory of operation. Cells are evaluated in the shell itself, so everything that ends a shell (`exit`, `set -e`,
# `set -u`, SIGINT) must be survived. Only an interactive shell can: there, SIGINT throws away whatever runs (functions,
# sourced files, redirections) and the shell reads its next command. So the guest
#   1. is an interactive bash that reads its commands from a pipe which always holds the line that runs the loop,
#   2. turns `exit` and `set -e` into a SIGINT to itself (leave.bash),
#   3. tells afterwards, from what was noted before the jump, how the cell ended (cells.bash).
# No DEBUG trap and no fork: a cell runs as fast as in any shell.
#
# This file is only the start: it makes the pipe and becomes the interactive shell.

__sandcell_home=${BASH_SOURCE[0]%/*}
unset SANDCELL_ADDRESS SANDCELL_TOKEN SANDCELL_PRELOAD HISTFILE
# A FIFO opened for reading and writing: never at its end, and what is written to it can be read back by the same shell.
exec {__sandcell_pipe}<> <(:)
printf 'source %q\n' "$__sandcell_home/start.bash" >&"$__sandcell_pipe"

# stderr comes back in start.bash: until then, and whenever it reads from the pipe, an interactive shell writes there
# prompts, a newline after SIGINT, and the complaint that there is no terminal.
export SHLVL=0
exec -a ./bash "$BASH" --norc --noprofile --noediting +o history +H -i <&"$__sandcell_pipe" {__sandcell_pipe}>&- 4>&2 2>/dev/null
