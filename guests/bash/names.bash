# The global names that a cell bound.

# Looks for what may be a binding in $1, and keeps in __sandcell_names, as JSON, those that exist after the cell.
# Comparing all names of the shell before and after would cost more than most cells.
__sandcell_find_names() {
  local IFS=$' \t\n;(' word before= binding=
  __sandcell_names=
  ((${#1} <= 2000)) || return
  builtin set -f
  for word in $1; do
    case $word in
      declare | typeset | export | readonly | read | mapfile | readarray | for | select | function) binding=1 ;;
      -*) ;;
      [a-zA-Z_]*=*)
        word=${word%%=*}
        word=${word%+}
        __sandcell_add_name "${word%%\[*}"
        ;;
      ')'*) __sandcell_add_name "$before" ;;
      *)
        if [[ -n $binding ]]; then __sandcell_add_name "$word"; fi
        binding=
        ;;
    esac
    before=$word
  done
  builtin set +f
}

__sandcell_add_name() {
  [[ $1 == [a-zA-Z_]* && $1 != *[!a-zA-Z0-9_]* && $1 != __sandcell_* ]] || return
  [[ ",$__sandcell_names," != *",\"$1\","* ]] || return
  if builtin declare -p -- "$1" || builtin declare -F -- "$1"; then
    __sandcell_names+="${__sandcell_names:+,}\"$1\""
  fi
}
