# The traps that the guest needs for itself, and the user's on the same signals.

__sandcell_trap_EXIT=
__sandcell_trap_ERR=
__sandcell_trap_INT=
__sandcell_trap_DEBUG=

__sandcell_set_traps() {
  builtin trap '__sandcell_exiting "$?"' EXIT
  if [[ -z $__sandcell_trap_ERR ]]; then
    builtin trap '__sandcell_failed "$?" "$LINENO"' ERR
  else
    builtin trap '__sandcell_failed "$?" "$LINENO" || builtin eval "$__sandcell_trap_ERR"
      if [[ $__sandcell_how == errexit ]]; then __sandcell_leave errexit "$__sandcell_line_status" "$__sandcell_line"; fi' ERR
  fi
}

# While a frame is read or written, SIGINT must not jump. Bash 4.4 cannot take back a trap on SIGINT in a sourced file
# (the next SIGINT would end it): there, an interrupt in that fraction of a millisecond can break the connection.
__sandcell_hold_interrupts() {
  if ((BASH_VERSINFO[0] > 4)); then builtin trap '__sandcell_interrupted=1' INT; fi
}

__sandcell_release_interrupts() {
  if ((BASH_VERSINFO[0] > 4)); then builtin trap - INT; fi
}

# After a cell, the user's traps on INT (where it was interrupted) and EXIT run as more of it, once.
__sandcell_run_users_trap() {
  local code=
  if [[ -n $__sandcell_trap_INT && $__sandcell_how == interrupt ]]; then
    code=$__sandcell_trap_INT
  elif [[ -n $__sandcell_trap_EXIT ]]; then
    code=$__sandcell_trap_EXIT __sandcell_trap_EXIT=
  fi
  # An `exit` or an interrupt in a trap counts for more than what was before it.
  if [[ -n $__sandcell_outcome && $__sandcell_how != exit && $__sandcell_how != interrupt ]]; then
    __sandcell_how=${__sandcell_outcome%:*} __sandcell_status=${__sandcell_outcome#*:}
  fi
  __sandcell_trap_INT=
  [[ -n $code ]] || return
  __sandcell_outcome=$__sandcell_how:$__sandcell_status
  __sandcell_prepare "$code" "$__sandcell_status"
  __sandcell_how= __sandcell_status= __sandcell_exit_status=
}

# Shadows the builtin: a trap of the user on one of the guest's own signals is kept beside.
trap() {
  if [[ $BASHPID != "$$" || $1 == -l ]]; then
    builtin trap "$@"
    return
  fi
  if [[ $# == 0 || $1 == -p ]]; then
    __sandcell_print_traps "${@:2}"
    return
  fi
  if [[ $1 == -- ]]; then builtin shift; fi
  local code=- word debug=
  if (($# > 1)); then
    code=$1
    builtin shift
  fi
  for word; do
    if [[ ${word^^} == DEBUG ]]; then debug=1; fi
    __sandcell_trap "$code" "$word" || return
  done
  # Last, or it would report this function. A function cannot take a DEBUG trap away from its caller, only replace it.
  if [[ -n $debug ]]; then
    builtin trap -- "${__sandcell_trap_DEBUG:-:}" DEBUG
  fi
}

__sandcell_trap() {
  local code=$1 signal=${2^^}
  signal=${signal#SIG}
  case $signal in
    0 | EXIT) signal=EXIT ;;
    2 | INT) signal=INT ;;
    ERR | DEBUG) ;;
    *)
      builtin trap -- "$1" "$2"
      return
      ;;
  esac
  # An ignored SIGINT is really ignored, by what the cell starts too; any other trap runs after the cell.
  if [[ $signal == INT ]]; then __sandcell_release_interrupts; fi
  if [[ $signal == INT && -z $code ]] && ((BASH_VERSINFO[0] > 4)); then builtin trap '' INT; fi
  if [[ $code == - ]]; then code=; fi
  builtin printf -v "__sandcell_trap_$signal" %s "$code"
  if [[ $signal == ERR ]]; then __sandcell_set_traps; fi
}

__sandcell_print_traps() {
  local signal name
  if (($# == 0)); then
    builtin trap -p HUP QUIT ILL ABRT FPE USR1 SEGV USR2 PIPE ALRM TERM CHLD CONT TSTP TTIN TTOU WINCH RETURN
    builtin set -- EXIT INT DEBUG ERR
  fi
  for signal; do
    name=__sandcell_trap_${signal#SIG}
    case ${signal#SIG} in
      EXIT | ERR | INT | DEBUG)
        if [[ -n ${!name} ]]; then builtin printf 'trap -- %s %s\n' "${!name@Q}" "$signal"; fi
        ;;
      *) builtin trap -p "$signal" ;;
    esac
  done
}
