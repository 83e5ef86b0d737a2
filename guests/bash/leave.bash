# What ends a cell early without ending the shell.

__sandcell_exit_status=
__sandcell_line=
__sandcell_line_status=

# To the top level, out of everything: an interactive shell does that on SIGINT, wherever it stands.
__sandcell_jump() {
  __sandcell_release_interrupts
  builtin kill -INT "$$"
  # The signal has arrived; it is acted upon before the next command.
  :
  :
}

# $1 says why, $2 is the status, $3 the line in the cell.
__sandcell_leave() {
  __sandcell_how=$1 __sandcell_status= __sandcell_exit_status=$2 __sandcell_line=$3 __sandcell_line_status=$2
  __sandcell_jump
}

exit() {
  local __sandcell_code=$?
  if [[ $BASHPID != "$$" ]]; then builtin exit "${@-$__sandcell_code}"; fi
  if [[ $1 == -- ]]; then builtin shift; fi
  if (($# > 1)); then
    builtin printf 'bash: exit: too many arguments\n' >&2
    return 1
  fi
  if (($# == 0)); then
    :
  elif [[ $1 == ?([-+])+([0-9]) ]]; then
    __sandcell_code=$((${1%%[0-9]*}10#${1#[-+]} & 255))
  else
    builtin printf 'bash: exit: %s: numeric argument required\n' "$1" >&2
    __sandcell_code=2
  fi
  builtin set +eu
  __sandcell_leave exit "$__sandcell_code" "${BASH_LINENO[${#BASH_LINENO[@]} - 2]}"
}

# Bash 5.3 dies of SIGINT in a `wait` of a sourced file, unless it has a trap on it.
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 503)); then
  wait() {
    if [[ $BASHPID != "$$" ]]; then
      builtin wait "$@"
      return
    fi
    local __sandcell_code
    __sandcell_interrupted=
    __sandcell_hold_interrupts
    builtin wait "$@"
    __sandcell_code=$?
    __sandcell_release_interrupts
    if [[ -n $__sandcell_interrupted ]]; then __sandcell_jump; fi
    return "$__sandcell_code"
  }
fi

# In the forked child that would have run the command. An interactive shell leaves out the line.
command_not_found_handle() {
  builtin printf 'bash: line %d: %s: command not found\n' "${BASH_LINENO[${#BASH_LINENO[@]} - 2]}" "$1" >&2
  return 127
}

# On ERR, where `set -e` would end the shell: never in a condition. $1 is the status, $2 the line.
# -e is switched off first, because bash looks at it again after the trap.
__sandcell_failed() {
  [[ $BASHPID == "$$" ]] || return "$1"
  # The evaluation as a whole, after an error that threw away the cell; or a `return` from it.
  if [[ $BASH_COMMAND == 'builtin eval "$__sandcell_code"'* ]] || ((${#FUNCNAME[@]} < 2)); then return 0; fi
  __sandcell_line=$2 __sandcell_line_status=$1
  if ((${#BASH_LINENO[@]} > 2)); then __sandcell_line=${BASH_LINENO[${#BASH_LINENO[@]} - 2]}; fi
  if [[ $- == *e* ]]; then
    builtin set +e
    __sandcell_how=errexit
    # The user's trap on ERR comes first, and leaves afterwards.
    if [[ -z $__sandcell_trap_ERR ]]; then __sandcell_leave errexit "$1" "$__sandcell_line"; fi
  fi
  return "$1"
}

# On EXIT. With -e, an error of bash itself (an unbound variable) exits from where it stands: the shell can still jump.
# Otherwise the loop has been left, and there is nothing to jump to.
__sandcell_exiting() {
  if ((${#FUNCNAME[@]} > 1)) && [[ $- == *e* ]]; then
    builtin set +eu
    __sandcell_leave errexit "$1" ''
  fi
}
