import type { LanguageRow } from '../languages.ts';

export const bash: LanguageRow = {
  language: 'bash',
  setValue: (value) => `value=${String(value)}`,
  getValue: (value) => ({ code: 'echo "$value"', stdout: `${String(value)}\n` }),
  persists: [
    {
      what: 'values',
      define: 'numbers=(1 2)',
      use: { code: 'numbers+=(3); echo "${numbers[@]}"', stdout: '1 2 3\n' },
    },
    {
      what: 'functions',
      define: 'twice() { echo $((2 * $1)); }',
      use: { code: 'twice 4', stdout: '8\n' },
    },
    {
      what: 'associative arrays',
      define: 'declare -A ages=([ann]=7)',
      use: { code: 'echo "${ages[ann]}"', stdout: '7\n' },
    },
    {
      what: 'options and aliases',
      define: "shopt -s expand_aliases extglob\nset -o pipefail\nalias greet='echo hello'",
      use: { code: 'greet\nset -o | grep pipefail | cut -f2', stdout: 'hello\non\n' },
    },
    {
      what: 'sourced files',
      define: "echo 'from_file=yes' > lib.sh\nsource ./lib.sh",
      use: { code: 'echo $from_file', stdout: 'yes\n' },
    },
    {
      what: 'the current folder and the environment',
      define: 'mkdir -p deep\ncd deep\nexport MOOD=good',
      use: {
        code: "pwd\nsh -c 'echo $MOOD'\ncd ..",
        stdout: '/workspace/deep\ngood\n',
      },
    },
    { what: 'positional parameters', define: 'set -- a b', use: { code: 'echo $2', stdout: 'b\n' } },
    {
      what: 'background jobs',
      define: 'sleep 1000 & job=$!',
      use: { code: 'kill $job && echo it lived', stdout: 'it lived\n' },
    },
  ],
  redefines: [
    { what: 'a value', first: 'v=1', second: 'v=two', use: { code: 'echo $v', stdout: 'two\n' } },
    {
      what: 'a function',
      first: 'k() { echo 1; }',
      second: 'k() { echo 2; }',
      use: { code: 'k', stdout: '2\n' },
    },
  ],
  lastExpressions: [{ code: 'echo $((2 + 2))', stdout: '4\n' }, { code: 'x=5' }],
  empty: ['', '   \n\t\n', '# only a comment', '\n\n# a\n\n# b\n'],
  bothStreams: { code: 'echo out\necho err >&2', stdout: 'out\n', stderr: 'err\n' },
  unicode: { code: "echo 'grüße 🎉'", stdout: 'grüße 🎉\n' },
  noNewline: { code: 'printf half', stdout: 'half' },
  subprocess: {
    code: "sh -c 'echo child out; echo child err >&2'",
    stdout: 'child out\n',
    stderr: 'child err\n',
  },
  printLines: (count) => `for ((i = 1; i <= ${String(count)}; i++)); do echo line $i; done`,
  printErrorLines: (count) => `for ((i = 1; i <= ${String(count)}; i++)); do echo line $i; done >&2`,
  errors: [
    {
      what: 'a command that fails at the end',
      code: 'echo a\nfalse',
      name: 'ExitCode',
      message: 'exit code 1',
      line: 2,
      column: null,
    },
    {
      what: 'a command that fails under set -e',
      code: 'set -e\nls /nowhere\necho not reached',
      name: 'ExitCode',
      message: 'exit code 2',
      line: 2,
      column: null,
    },
    {
      what: 'an unknown command',
      code: 'echo a\nno_such_command',
      name: 'ExitCode',
      message: 'exit code 127',
      line: 2,
      column: null,
    },
    {
      what: 'a syntax error',
      code: 'echo a\nif true; fi',
      name: 'SyntaxError',
      message: /syntax error near unexpected token/,
      line: 2,
      column: null,
    },
    {
      what: 'an unset variable under set -u',
      code: 'set -u\necho $not_set_anywhere\necho not reached',
      name: 'ExitCode',
      message: /exit code [1-9]/,
      line: null,
      column: null,
    },
  ],
  errorInEarlierCell: {
    define: 'thrower() {\n  :\n  :\n  return 9\n}',
    call: { code: 'x=0\nthrower', name: 'ExitCode', message: 'exit code 9', line: 2, column: null },
  },
  endless: [
    { what: 'a loop', code: 'echo ready\nwhile :; do :; done' },
    { what: 'a sleep', code: 'echo ready\nsleep 1000' },
    { what: 'a loop in a function', code: 'spin() { while true; do :; done; }\necho ready\nspin' },
    { what: 'a pipeline', code: 'echo ready\nyes | cat > /dev/null' },
    { what: 'a subshell', code: 'echo ready\n(while :; do sleep 0.01; done)' },
    { what: 'wait', code: 'sleep 1000 &\necho ready\nwait' },
  ],
  resists: "trap '' INT\necho ready\nwhile :; do :; done",
  waitForFile: (path) => `until [[ -e /workspace/${path} ]]; do sleep 0.005; done`,
  writeFile: (path) => `: > /workspace/${path}`,
  print: (text) => `echo '${text}'`,
  printLater: (go, done) =>
    `(until [[ -e /workspace/${go} ]]; do sleep 0.005; done; echo late; : > /workspace/${done}) &`,
  exitsWithZero: ['exit 0', 'true\nexit', '(exit 3)\nexit 0'],
  exits: [
    { code: 'echo a > /dev/null\nexit 3', name: 'ExitCode', message: 'exit code 3', line: 2, column: null },
    {
      code: 'leave() { exit 5; }\nleave\necho not reached',
      name: 'ExitCode',
      message: 'exit code 5',
      line: 2,
      column: null,
    },
  ],
  deaths: [
    {
      what: 'an exit of the process',
      code: "exec bash -c 'exit 7'",
      message: 'the bash kernel exited with code 7',
    },
    {
      what: 'a kill',
      code: 'kill -KILL $$',
      message: 'the bash kernel ended with code 137: killed (SIGKILL)',
    },
    {
      what: 'a segmentation fault',
      code: 'kill -SEGV $$',
      message: 'the bash kernel ended with code 139: segmentation fault (SIGSEGV)',
    },
    {
      what: 'an abort',
      code: 'kill -ABRT $$',
      message: 'the bash kernel ended with code 134: aborted (SIGABRT)',
    },
  ],
  fillsMemory: "part=$(head -c 1000000 /dev/zero | tr '\\0' x)\nwhile :; do all+=$part$part; done",
  readsStdin: { code: 'read -r line\necho $?', stdout: '1\n' },
  closesStdout: {
    code: 'exec 1>&-',
    next: { code: 'echo back', error: 'exit code 1' },
  },
  forges: [
    { what: 'garbage', code: 'echo garbage >&240' },
    { what: 'a frame of an unknown kind', code: `echo '{"type":"open","id":"x"}' >&240` },
    { what: 'an endless line', code: 'while :; do printf %065536d 0 >&240; done' },
  ],
  forgedEnd: {
    code: `echo '{"type":"done","id":"x","names":[],"notes":[]}'\necho not over`,
    stdout: '{"type":"done","id":"x","names":[],"notes":[]}\nnot over\n',
  },
  fork: { code: '( return 0; echo child )\necho parent', stdout: 'parent\n' },
  leavesBackgroundProcess: { code: 'sleep 1000 &\necho started', stdout: 'started\n' },
};
