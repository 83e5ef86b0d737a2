import { readFileSync } from 'node:fs';
import type { Language } from '../../languages.ts';

/** What is run in a kernel before a cell is. */
export interface Prelude {
  /** Says `MARK:VERSION` on stdout, or the version alone; it may run more than once. */
  readonly hello: (mark: string) => string;
  /** Where the version stands in what it printed. */
  readonly version: RegExp;
  /** Applies folder and environment; undefined where the language cannot. */
  readonly enter: (cwd: string, env: Readonly<Record<string, string>>) => string | undefined;
}

const javascript: Prelude = {
  hello: (mark) => {
    const [source, argument] = [guest('prelude.js').trim().replace(/;$/, ''), mark].map((text) =>
      JSON.stringify(text),
    );
    // As a string: it is not for the type checks of the language.
    return `console.log((0, eval)(${source})(${argument}, process, Buffer))`;
  },
  version: /:(\d[\w.+-]*)/,
  enter: (cwd, env) => {
    const [path, added] = [JSON.stringify(cwd), JSON.stringify(env)];
    return `void (require('fs').mkdirSync(${path}, { recursive: true }), process.chdir(${path}), Object.assign(process.env, ${added}))`;
  },
};

export const PRELUDES: Record<Language, Prelude> = {
  python: {
    hello: (mark) =>
      guest('prelude.py').replace('("MARK")', JSON.stringify([mark]).replace(/^\[(.*)\]$/, '($1)')),
    version: /:(\d[\w.+]*)/,
    enter: (cwd, env) => {
      // A string of JSON is one of Python, too.
      const facts = JSON.stringify(JSON.stringify({ cwd, env }));
      return `(lambda os, facts: (os.makedirs(facts["cwd"], exist_ok=True), os.chdir(facts["cwd"]), os.environ.update(facts["env"]), None)[-1])(__import__("os"), __import__("json").loads(${facts}))`;
    },
  },
  javascript,
  typescript: javascript,
  bash: {
    hello: () => 'echo "$BASH_VERSION"',
    version: /(\d+\.\d+[\d.]*)/,
    enter: (cwd, env) => {
      const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
      return [`mkdir -p -- ${quoted(cwd)} && cd -- ${quoted(cwd)}`, ...exports].join('\n');
    },
  },
  go: {
    hello: () => '!go version',
    version: /go(\d[\w.]*)/,
    enter: (cwd, env) => {
      const isPlain = Object.values(env).every((value) => !value.includes('\n'));
      const exports = Object.entries(env).map(([name, value]) => `%env ${name} ${value}`);
      return isPlain ? [`!mkdir -p ${quoted(cwd)}`, `%cd ${cwd}`, ...exports].join('\n') : undefined;
    },
  },
  java: {
    hello: () => 'System.out.println(Runtime.version())',
    version: /(\d[\w.+-]*)/,
    enter: () => undefined,
  },
};

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function guest(name: string): string {
  return readFileSync(new URL(`../../../guests/opensandbox/${name}`, import.meta.url), 'utf8');
}
