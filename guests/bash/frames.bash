# Reading and writing frames with nothing but builtins.

# Reads one NUL-terminated field into __sandcell_field.
__sandcell_read() {
  local part
  __sandcell_field=
  until IFS= builtin read -r -d '' -u 240 part; do
    # More than 128 is the user's TMOUT, which holds for every `read`.
    (($? > 128)) || return 1
    __sandcell_field+=$part
  done
  __sandcell_field+=$part
}

__sandcell_send() {
  builtin printf '%s\n' "$1" >&240
}

# Turns $1 into a JSON string in __sandcell_json.
__sandcell_quote() {
  local text=$1 head character escaped
  text=${text//\\/"\\\\"}
  text=${text//\"/"\\\""}
  text=${text//$'\n'/"\\n"}
  while [[ $text == *[[:cntrl:]]* ]]; do
    head=${text%%[[:cntrl:]]*}
    character=${text:${#head}:1}
    builtin printf -v escaped '\\u%04x' "'$character"
    text=${text//"$character"/"$escaped"}
  done
  __sandcell_json="\"$text\""
}

# Sends an `error` frame: name, message, traceback as one text, line (empty: not known).
__sandcell_send_error() {
  local message traceback=
  __sandcell_quote "$2"
  message=$__sandcell_json
  if [[ -n $3 ]]; then
    __sandcell_quote "$3"
    traceback=${__sandcell_json//'\n'/'","'}
  fi
  __sandcell_send "{\"type\":\"error\",\"id\":$__sandcell_id,\"name\":\"$1\",\"message\":$message,\"traceback\":[$traceback],\"line\":${4:-null},\"column\":null}"
}
