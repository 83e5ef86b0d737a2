# Syntax errors are found before anything of the cell runs.

__sandcell_probe_begin='__sandcell_probe() { if :; then :;'

# Parses $1 without running it. Where that fails: __sandcell_message, __sandcell_traceback, __sandcell_line.
__sandcell_parses() {
  # The body of a function is parsed whole. The `if` inside keeps a stray `}` of the cell from ending the function, after
  # which the rest of the cell would run.
  local probe=$__sandcell_probe_begin$1$'\n\nfi\n}' lines
  local parsed plain=
  # A cell that switches on extended patterns may use them in its next line.
  if [[ $1 == *extglob* ]] && ! builtin shopt -q extglob; then plain=1; fi
  if [[ -n $plain ]]; then builtin shopt -s extglob; fi
  __sandcell_catch "$probe"
  parsed=$?
  if [[ -n $plain ]]; then builtin shopt -u extglob; fi
  if ((parsed == 0)); then
    builtin unset -f __sandcell_probe
    return
  fi
  lines=${1//[!$'\n']/}
  __sandcell_explain $((__sandcell_base - 1)) $((${#lines} + 1))
  return 1
}

# Evaluates $1 and keeps in __sandcell_said what bash says, and in __sandcell_base the number it gives to the first line.
__sandcell_catch() {
  local status
  builtin eval '__sandcell_base=$LINENO'; builtin eval "$1" 2>&245
  status=$?
  builtin printf '\0' >&245
  IFS= builtin read -r -d '' -u 245 __sandcell_said
  return "$status"
}

# Takes bash's words apart: $1 is what its line numbers are ahead of the cell's, $2 the number of lines in the cell.
__sandcell_explain() {
  local said line
  __sandcell_message= __sandcell_traceback= __sandcell_line=
  while IFS= builtin read -r said && [[ -n $said ]]; do
    said=${said#bash: }
    said=${said#eval: }
    line=
    if [[ $said == 'line '[0-9]*': '* ]]; then
      line=${said#line }
      line=${line%%:*}
      said=${said#*: }
      line=$((line - $1))
    fi
    __sandcell_explain_line "${said/"$__sandcell_probe_begin"/}" "$line" "$1" "$2"
  done <<<"$__sandcell_said"
  __sandcell_message=${__sandcell_message:-syntax error}
}

__sandcell_explain_line() {
  local said=$1 line=$2 opened
  if [[ $said == *'here-document at line '* ]]; then
    opened=${said#*at line }
    line=$((${opened%% *} - $3))
    said="here-document at line $line ${opened#* }"
  elif ((line > $4)); then
    # Bash stumbles over the end of the probe where the cell ends too early.
    [[ -z $__sandcell_message ]] || return
    line=$4
    said='syntax error: unexpected end of file'
  fi
  if [[ -z $__sandcell_message ]]; then
    __sandcell_message=$said
    __sandcell_line=$line
  fi
  __sandcell_traceback+="${__sandcell_traceback:+$'\n'}${line:+line $line: }$said"
}
