# First thing the interactive shell runs: private descriptors, functions, the lines that run the loop, `ready`.

export -n SHLVL=1
__sandcell_home=${BASH_SOURCE[0]%/*}

# Moves descriptor $1 to $2, close-on-exec. Bash has no word for that, but it marks its own backups so, and a duplicate
# of a marked descriptor is marked. The backup gets the first free number from 10 on.
__sandcell_hide() {
  local backup=10
  while [[ -e /dev/fd/$backup ]]; do backup=$((backup + 1)); done
  eval "{ exec $2>&$backup; } $1>&-"
}
exec 5<>/dev/null
__sandcell_hide 3 240 # frames
__sandcell_hide 1 241 # the first stdout
__sandcell_hide 4 242 # the first stderr
__sandcell_hide 0 243 # the pipe this shell reads its commands from
__sandcell_hide 5 244 # /dev/null
exec 3>&- 4>&- 5<&-
exec 5<> <(:)
__sandcell_hide 5 245 # a pipe to catch what bash says about syntax
exec 5>&-
unset -f __sandcell_hide

source "$__sandcell_home/frames.bash"
source "$__sandcell_home/syntax.bash"
source "$__sandcell_home/names.bash"
source "$__sandcell_home/cells.bash"
source "$__sandcell_home/leave.bash"
source "$__sandcell_home/traps.bash"

unset HISTFILE MAILCHECK
shopt -u checkwinsize
shopt -s execfail # an `exec` of what is not there would end the shell
set -E
__sandcell_set_traps

# Each return to the top level takes one line from the pipe and puts one back. The spare ones are for those that are
# lost to an interrupt in between.
__sandcell_line_of_loop='__sandcell_return "$?"; { source "$__sandcell_loop"; __sandcell_status=$?; } <&244 >&241 2>&242
'
for ((__sandcell_spare = 0; __sandcell_spare < 100; __sandcell_spare++)); do
  printf '%s' "$__sandcell_line_of_loop" >&243
done
unset __sandcell_spare
printf '{"type":"ready","protocol":1,"language":"bash","version":"%d.%d.%d","pid":%d}\n' \
  "${BASH_VERSINFO[@]:0:3}" "$$" >&240
