/** The lines 0 to 99999 with their newlines. */
export const LINES = 100_000;
export const LINES_BYTES = 588_890;
export const TEN_MB = 10_000_000;

/**
 * The same cells in every language.
 * @typedef {object} Cells
 * @property {string} two Evaluates 1+1.
 * @property {string} lines Prints 100 000 lines, one print a line.
 * @property {string} tenMegabytes Prints 10 000 000 bytes.
 * @property {string} lineThenWait Prints one line, then waits for 1 s.
 * @property {string} keep Sets a variable to 42.
 * @property {string} kept Shows the variable.
 * @property {string} spin Never ends.
 * @property {string} die Ends its own process with SIGKILL.
 */

/** @type {Cells} */
const javascript = {
  two: '1+1',
  lines: 'for (let i = 0; i < 100000; i++) console.log(i)',
  tenMegabytes: "process.stdout.write(('x'.repeat(99) + '\\n').repeat(100000)); undefined",
  lineThenWait: "console.log('x'); await new Promise((resolve) => setTimeout(resolve, 1000))",
  keep: 'var kept = 42',
  kept: 'kept',
  spin: 'for (;;);',
  die: "process.kill(process.pid, 'SIGKILL'); await new Promise(() => setTimeout(() => {}, 60000))",
};

/** @type {Readonly<Record<string, Cells>>} */
export const CELLS = {
  python: {
    two: '1+1',
    lines: 'for i in range(100000): print(i)',
    tenMegabytes: "import sys; sys.stdout.write(('x' * 99 + '\\n') * 100000);",
    lineThenWait: "import time; print('x'); time.sleep(1)",
    keep: 'kept = 42',
    kept: 'kept',
    spin: 'while True: pass',
    die: 'import os; os.kill(os.getpid(), 9)',
  },
  javascript,
  typescript: {
    ...javascript,
    lines: 'for (let i: number = 0; i < 100000; i++) console.log(i)',
    keep: 'var kept: number = 42',
  },
  java: {
    two: '1+1',
    lines: 'for (int i = 0; i < 100000; i++) System.out.println(i);',
    tenMegabytes: 'System.out.print(("x".repeat(99) + "\\n").repeat(100000));',
    lineThenWait: 'System.out.println("x");\nThread.sleep(1000);',
    keep: 'int kept = 42;',
    kept: 'kept',
    spin: 'while (true);',
    die: 'new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();',
  },
  go: {
    two: '1+1',
    lines: 'import "fmt"\nfor i := 0; i < 100000; i++ { fmt.Println(i) }',
    tenMegabytes:
      'import ("fmt"; "strings")\nfmt.Print(strings.Repeat(strings.Repeat("x", 99)+"\\n", 100000))\n_ = 0',
    lineThenWait: 'import ("fmt"; "time")\nfmt.Println("x")\ntime.Sleep(time.Second)',
    keep: 'kept := 42',
    kept: 'kept',
    spin: 'for {}',
    die: 'import ("os"; "syscall")\n_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)',
  },
  bash: {
    two: 'echo $((1+1))',
    lines: 'for ((i = 0; i < 100000; i++)); do echo $i; done',
    tenMegabytes: "head -c 10000000 /dev/zero | tr '\\0' x",
    lineThenWait: 'echo x; sleep 1',
    keep: 'kept=42',
    kept: 'echo $kept',
    spin: 'while :; do :; done',
    die: 'kill -9 $$',
  },
};

/**
 * @param {string} language
 * @returns {Cells}
 */
export function cellsOf(language) {
  const cells = CELLS[language];
  if (!cells) throw new Error(`There is no language ${language}; there are ${Object.keys(CELLS).join(', ')}`);
  return cells;
}

/**
 * Fails where the cell did not succeed, or did not show `expected` as its value (Bash: print it).
 * @param {any} output What run_code answered.
 * @param {string} expected
 */
export function expectShown(output, expected) {
  const shown = output.result ?? output.stdout.trim();
  if (output.status === 'ok' && shown === expected) return;
  const what = output.error ? `${output.error.name}: ${output.error.message}` : JSON.stringify(shown);
  throw new Error(`the ${output.language} cell answered ${output.status}, ${what}; expected was ${expected}`);
}
