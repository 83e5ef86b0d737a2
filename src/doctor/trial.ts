import type { Settings } from '../config.ts';
import type { Context } from '../contexts/context.ts';
import { SandboxError } from '../errors.ts';
import { collect } from '../executions/collect.ts';
import { newId } from '../ids.ts';
import type { Language } from '../languages.ts';
import { createLogger } from '../logger.ts';
import { BubblewrapDriver } from '../sandboxes/bubblewrap/driver.ts';
import type { Sandbox } from '../sandboxes/sandbox.ts';

/** What code in a sandbox sees of its own confinement. */
export interface Inside {
  interfaces: string[];
  /** Whether the server answers inside, where it should. */
  reachesProxy: boolean;
  corePatternWritable: boolean;
  /** 2: system calls are filtered. */
  seccomp: number;
  /** Hexadecimal; all zeros is none. */
  capabilities: string;
}

export interface Trial {
  language: Language;
  version: string;
  startMs: number;
  firstResultMs: number;
  inside: Inside;
  /** "numpy: ModuleNotFoundError: …", for each module of `preload` that cannot be imported; null without Python. */
  failedPreloads: string[] | null;
}

/** Starts a sandbox, runs a cell in the first language there is, and ends it. Throws what keeps it from working. */
export async function trySandbox(settings: Settings, signal: AbortSignal): Promise<Trial> {
  const startedMs = performance.now();
  await using driver = new BubblewrapDriver(settings, createLogger('silent'));
  await using sandbox = await driver.createSandbox({ owner: undefined }, signal);
  const readyMs = performance.now();
  const { context, inspection } = await firstContext(sandbox, signal);
  const inside = parseInside(await run(context, inspection, signal));
  const doneMs = performance.now();
  return {
    language: context.language,
    version: context.version,
    startMs: Math.round(readyMs - startedMs),
    firstResultMs: Math.round(doneMs - readyMs),
    inside,
    failedPreloads: context.language === 'python' ? await tryPreload(context, settings, signal) : null,
  };
}

async function firstContext(
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<{ context: Context; inspection: string }> {
  let missing: unknown;
  for (const [language, inspection] of INSPECTIONS) {
    const spec = {
      id: newId('ctx'),
      language,
      name: undefined,
      version: undefined,
      cwd: '/workspace',
      env: {},
    };
    try {
      return { context: await sandbox.createContext(spec, signal), inspection };
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code !== 'RUNTIME_NOT_FOUND') throw error;
      missing ??= error;
    }
  }
  throw missing;
}

const CELL_TIMEOUT_MS = 20_000;
const KEEP = { headBytes: 65_536, tailBytes: 0 };

async function run(context: Context, code: string, signal: AbortSignal): Promise<string> {
  const events = context.execute(code, { executionId: newId('exec'), timeoutMs: CELL_TIMEOUT_MS, signal });
  const { status, error, stdout } = await collect(events, KEEP, () => undefined);
  if (status === 'ok') return stdout.excerpt(KEEP.headBytes);
  throw new Error(
    `a first ${context.language} cell ended with ${status}: ${error?.message ?? 'nothing said'}`,
  );
}

/** In the languages that start fastest. Opening for writing is the question; nothing is written. */
const INSPECTIONS: readonly (readonly [Language, string])[] = [
  [
    'python',
    `
import os
for file in ('/proc/net/dev', '/proc/self/status'):
    with open(file) as opened:
        print(opened.read())
try:
    os.close(os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY))
    print('core_pattern is writable')
except OSError:
    pass
if 'HTTP_PROXY' in os.environ:
    import urllib.request
    try:
        urllib.request.urlopen('http://sandcell.invalid/')
    except Exception as error:
        print('the proxy says', error)
`,
  ],
  [
    'javascript',
    `
const fs = await import('node:fs');
for (const file of ['/proc/net/dev', '/proc/self/status']) console.log(fs.readFileSync(file, 'utf8'));
try {
  fs.closeSync(fs.openSync('/proc/sys/kernel/core_pattern', fs.constants.O_WRONLY));
  console.log('core_pattern is writable');
} catch {}
if (process.env.HTTP_PROXY) {
  const http = await import('node:http');
  const { hostname, port } = new URL(process.env.HTTP_PROXY);
  const options = { hostname, port, path: 'http://sandcell.invalid/' };
  const said = await new Promise((resolve) => {
    http.get(options, ({ statusCode }) => resolve('HTTP Error ' + statusCode)).on('error', resolve);
  });
  console.log('the proxy says', String(said));
}
`,
  ],
  [
    'bash',
    `
cat /proc/net/dev /proc/self/status
if (: >> /proc/sys/kernel/core_pattern) 2>/dev/null; then echo 'core_pattern is writable'; fi
if [ -n "$HTTP_PROXY" ]; then
  proxy=\${HTTP_PROXY#http://}
  exec 9<>"/dev/tcp/\${proxy/://}" && printf 'GET http://sandcell.invalid/ HTTP/1.0\\r\\n\\r\\n' >&9 && read -r _ status _ <&9
  echo "the proxy says HTTP Error $status"
fi
`,
  ],
];

function parseInside(text: string): Inside {
  return {
    interfaces: [...text.matchAll(/^\s*([^\s:]+):\s*\d+(?:\s+\d+){8,}/gm)].map(([, name = '']) => name),
    // There is no such host: the policy refuses it, or no address is found.
    reachesProxy: /the proxy says HTTP Error (403|502)/.test(text),
    corePatternWritable: text.includes('core_pattern is writable'),
    seccomp: Number(/^Seccomp:\s*(\d+)/m.exec(text)?.[1] ?? 0),
    capabilities: /^CapEff:\s*(\w+)/m.exec(text)?.[1] ?? 'unknown',
  };
}

async function tryPreload(context: Context, { preload }: Settings, signal: AbortSignal): Promise<string[]> {
  if (preload.length === 0) return [];
  const code = `
import importlib
for name in ${JSON.stringify(preload)}:
    try:
        importlib.import_module(name)
    except Exception as error:
        print('failed: %s: %s: %s' % (name, type(error).__name__, ' '.join(str(error).split())))
`;
  const said = await run(context, code, signal);
  return [...said.matchAll(/^failed: (.+)$/gm)].map(([, line = '']) => line);
}
