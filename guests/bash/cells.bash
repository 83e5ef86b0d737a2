# The life of a cell: taken in, evaluated by the loop (file bash), settled when the loop comes round or the shell is back at its top.

__sandcell_id=           # of the cell in hand, as JSON; empty while there is none
__sandcell_mark=         # its end mark
__sandcell_text=         # what it says
__sandcell_code=         # what is evaluated
__sandcell_status=       # exit status of the cell; empty while it has not come to its end
__sandcell_how=          # why it was left before its end: exit, errexit, interrupt, break, fork
__sandcell_outcome=      # how and status, kept while a trap of the user runs after the cell
__sandcell_last_status=0 # what $? is when the next cell begins
__sandcell_options=      # of `set`, switched off between cells
__sandcell_interrupted=  # not empty where SIGINT came while a frame was read
__sandcell_cwd=          # where the shell is to go back to (__sandcell_go_home)

# Characters up to which a cell is one command. Bash overflows its stack on a command of too many lines, and what it says
# of a wrong one must fit in a pipe.
__sandcell_longest_whole=15000

# The condition of the loop: settles what has run, and prepares what is to run. $1 is the last $?.
__sandcell_next() {
  __sandcell_hold_interrupts
  # A fork that comes back into the loop must not answer.
  [[ $BASHPID == "$$" ]] || builtin exit
  __sandcell_calm "$-"
  if [[ -n $__sandcell_id ]]; then
    # Nothing else but a `continue` leaves the evaluation early and without an error.
    if [[ -z $__sandcell_status && $1 == 0 ]]; then : "${__sandcell_how:=break}"; fi
    : "${__sandcell_status:=$1}"
    __sandcell_run_users_trap && return
    __sandcell_finish
  fi
  until __sandcell_take; do :; done
}

# After a jump or a `return`, the shell reads this from its pipe, and then the loop again. $1 is the last $?.
__sandcell_return() {
  __sandcell_calm "$-"
  # Before 5.1, bash believes to be in the trap that was jumped out of until another has run.
  builtin trap : ERR
  builtin false
  # And an EXIT trap that was jumped out of is gone.
  __sandcell_set_traps
  builtin printf '%s' "$__sandcell_line_of_loop" >&243
  __sandcell_go_home
  if [[ -n $__sandcell_id && -z $__sandcell_status ]]; then
    # Without a SIGINT, bash jumps itself where it cannot fork.
    __sandcell_status=130
    if [[ $1 == 254 && -z $__sandcell_how ]]; then __sandcell_how=fork __sandcell_status=$1; fi
    : "${__sandcell_how:=interrupt}"
    [[ -z $__sandcell_exit_status ]] || __sandcell_status=$__sandcell_exit_status
  fi
}

# The loop is sourced from its own folder, so that its name can be relative; then the shell goes back to where it was.
__sandcell_go_home() {
  __sandcell_loop=$__sandcell_home/bash
  [[ -n $__sandcell_cwd || . -ef $PWD ]] || return
  : "${__sandcell_cwd:=$PWD}" "${__sandcell_oldpwd=${OLDPWD-}}"
  if builtin cd -- "$__sandcell_home"; then __sandcell_loop=./bash; fi
}

__sandcell_come_back() {
  [[ -n $__sandcell_cwd ]] || return
  builtin cd -- "$__sandcell_cwd"
  OLDPWD=$__sandcell_oldpwd
  __sandcell_cwd=
  builtin unset __sandcell_oldpwd
}

# Switches off the options that would break or betray the guest; $1 is what they were.
__sandcell_calm() {
  # In POSIX mode `exit` and `trap` are the builtins. -E takes the trap on ERR into functions.
  if [[ $SHELLOPTS == *posix* ]]; then builtin set +o posix; fi
  builtin set -E
  [[ $1 == *[aefuvx]* ]] || return 0
  builtin set +aefuvx
  __sandcell_options=${1//[!afuvx]/}
  # Under -a, whatever the guest noted became part of the environment.
  if [[ $1 == *a* ]]; then builtin export -n "${!__sandcell_@}"; fi
}

# Reads one frame. True where there is something to evaluate.
__sandcell_take() {
  __sandcell_read || __sandcell_end
  # Whatever SIGINT came until now is counted as before this frame, so that a late one never hits the next cell.
  __sandcell_interrupted=
  case $__sandcell_field in
    enter)
      __sandcell_enter
      return 1
      ;;
    execute) ;;
    *) __sandcell_end ;;
  esac
  __sandcell_read && __sandcell_quote "$__sandcell_field" && __sandcell_id=$__sandcell_json
  __sandcell_read # the count: bash does not name cells
  __sandcell_read && __sandcell_mark=$__sandcell_field
  __sandcell_read || __sandcell_end
  __sandcell_begin "${__sandcell_field//$'\r\n'/$'\n'}"
}

# The connection is gone, or speaks another language.
__sandcell_end() {
  builtin trap - EXIT
  builtin exit 0
}

__sandcell_enter() {
  local cwd count
  __sandcell_read && cwd=$__sandcell_field
  __sandcell_read && count=$__sandcell_field
  while ((count-- > 0)); do
    __sandcell_read
    builtin export -- "$__sandcell_field"
  done
  if builtin cd -- "$cwd" || { mkdir -p -- "$cwd" && builtin cd -- "$cwd"; }; then
    builtin unset OLDPWD
    __sandcell_send '{"type":"entered"}'
  else
    __sandcell_quote "cannot change to $cwd"
    __sandcell_send "{\"type\":\"refused\",\"message\":$__sandcell_json}"
  fi
}

__sandcell_begin() {
  __sandcell_text=
  __sandcell_status= __sandcell_how= __sandcell_exit_status= __sandcell_line= __sandcell_line_status= __sandcell_outcome=
  if __sandcell_is_blank "$1"; then
    __sandcell_status=0
    __sandcell_finish
    return 1
  fi
  if ((${#1} <= __sandcell_longest_whole)) && ! __sandcell_parses "$1"; then
    __sandcell_how=syntax __sandcell_status=2
    __sandcell_finish
    return 1
  fi
  __sandcell_text=$1
  __sandcell_prepare "$1" "$__sandcell_last_status"
}

# White space and comments would leave $? as it was, and so look like a failure.
__sandcell_is_blank() {
  local text=${1#"${1%%[![:space:]]*}"}
  while [[ $text == '#'*$'\n'* ]]; do
    text=${text#*$'\n'}
    text=${text#"${text%%[![:space:]]*}"}
  done
  [[ -z $text || $text == '#'* ]]
}

# Makes __sandcell_code of $1, to begin with $? = $2, and lets SIGINT jump again.
__sandcell_prepare() {
  local before= options=${__sandcell_options//[vx]/}
  __sandcell_last_status=$2
  if [[ -n $__sandcell_trap_DEBUG ]]; then before+='builtin trap -- "$__sandcell_trap_DEBUG" DEBUG; '; fi
  # In the code itself, or they would show the loop.
  if [[ $__sandcell_options == *[vx]* ]]; then before+="builtin set -${__sandcell_options//[!vx]/}; "; fi
  # As one command, so that an error which throws away the command (`set -u`, `${x?}`, a readonly variable) ends the
  # cell, and not only one of its lines. What changes how later lines are parsed needs them parsed one by one.
  __sandcell_code="$before$1"$'\n\n{ __sandcell_status=$?; } >&244 2>&244'
  if [[ $1 != *alias* && $1 != *extglob* ]] && ((${#1} <= __sandcell_longest_whole)); then __sandcell_code="{ $__sandcell_code"$'\n}'; fi
  __sandcell_options=
  __sandcell_release_interrupts
  if [[ -n $__sandcell_interrupted ]]; then __sandcell_code=__sandcell_jump; fi
  if [[ -n $options ]]; then builtin set "-$options"; fi
}

# For the cell's first $?. Called as a condition: so it does not count as a failing command.
__sandcell_last() {
  return "$__sandcell_last_status"
}

__sandcell_finish() {
  local notes=
  __sandcell_find_names "$__sandcell_text"
  # 130: a pipeline of which SIGINT ended each part, but not the shell.
  if [[ $__sandcell_status == 130 && $__sandcell_how != exit ]]; then __sandcell_how=interrupt; fi
  case $__sandcell_how in
    syntax) __sandcell_send_error SyntaxError "$__sandcell_message" "$__sandcell_traceback" "$__sandcell_line" ;;
    interrupt) __sandcell_send_error Interrupted interrupted '' '' ;;
    fork) __sandcell_send_error ForkFailed 'no process could be started: the limit of processes or of memory is reached' '' '' ;;
    *)
      if ((__sandcell_status != 0)); then
        [[ $__sandcell_line_status == "$__sandcell_status" ]] || __sandcell_line=
        __sandcell_send_error ExitCode "exit code $__sandcell_status" '' "$__sandcell_line"
      elif [[ $__sandcell_how == exit ]]; then
        notes='"exit 0 ended the cell; the kernel and its variables live on"'
      elif [[ $__sandcell_how == break ]]; then
        notes='"break or continue outside of a loop ended the cell"'
      fi
      ;;
  esac
  builtin printf '%s' "$__sandcell_mark" >&241
  builtin printf '%s' "$__sandcell_mark" >&242
  __sandcell_send "{\"type\":\"done\",\"id\":$__sandcell_id,\"names\":[$__sandcell_names],\"notes\":[$notes]}"
  __sandcell_last_status=$__sandcell_status
  __sandcell_id=
}
