// Shows the main job: a real MCP client starts the built server over stdio, as Claude Desktop or Cursor would, and runs
// cells whose state lives on. Ends with 1 where anything did not go as it should.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** The first kernels of Java and Go wait until what they need has been made. */
const CALL_TIMEOUT_MS = 120_000;

const NAMES = {
  python: 'Python',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  java: 'Java',
  go: 'Go',
  bash: 'Bash',
};

/** Two cells of each language: the second one needs what the first one left. Then what it must answer. */
const STATE_CELLS = {
  python: ['import statistics\nscores = [3, 5, 10]', 'statistics.mean(scores)', '6'],
  javascript: ['const squares = new Map([1, 2, 3].map((n) => [n, n * n]))', 'squares.get(3)', '9'],
  typescript: [
    'interface City { name: string; people: number }\nconst cities: City[] = [{ name: "Bergen", people: 291 }, { name: "Oslo", people: 717 }]',
    'cities.reduce((sum: number, city: City) => sum + city.people, 0)',
    '1008',
  ],
  java: [
    'record City(String name, int people) {}\nvar cities = List.of(new City("Bergen", 291), new City("Oslo", 717));',
    'cities.stream().mapToInt(City::people).sum()',
    '1008',
  ],
  go: [
    'type City struct {\n\tName   string\n\tPeople int\n}\ncities := map[string]City{"BGO": {"Bergen", 291}, "OSL": {"Oslo", 717}}',
    'cities["BGO"].People + cities["OSL"].People',
    '1008',
  ],
  bash: ['count=40\nadd() { count=$((count + $1)); echo "$count"; }', 'add 2', '42'],
};

/** Cells for what is shown once, in the first of these languages that is installed. */
const SHOW_CELLS = {
  python: {
    error: ['def share(total, people):\n    return total / people\n\nshare(12, 0)', 2],
    define: 'kept = 42',
    read: 'kept',
    endless: 'import time\nprint("working")\nwhile True:\n    time.sleep(0.1)',
    network: 'import urllib.request\nurllib.request.urlopen("https://example.com", timeout=5)',
  },
  javascript: {
    error: ['function share(order) {\n  return order.total.cents;\n}\nshare({})', 2],
    define: 'const kept = 42',
    read: 'kept',
    endless: 'console.log("working");\nfor (;;);',
    network: 'await fetch("https://example.com")',
  },
  bash: {
    error: ['total=12\nno_such_command "$total"', 2],
    define: 'kept=42',
    read: 'echo "${kept?is not set}"',
    endless: 'echo working\nwhile :; do sleep 0.1; done',
    network: 'exec 3<>/dev/tcp/example.com/443',
  },
};

const failures = [];
const startedMs = performance.now();
const client = new Client({ name: 'sandcell-demo', version: '1' });

try {
  await demonstrate();
} catch (error) {
  failures.push(error.message);
}
await client.close();
if (failures.length > 0) {
  print(`\nThe demo failed:\n  ${failures.join('\n  ')}\n\nWhat this machine lacks: node dist/cli.js doctor`);
  process.exit(1);
}
showClients();
print(`\nDone in ${seconds(performance.now() - startedMs)}.`);

async function demonstrate() {
  const env = { ...getDefaultEnvironment(), SANDCELL_LOG_LEVEL: 'warn' };
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [CLI], env, stderr: 'inherit' }),
  );
  const { tools } = await client.listTools();
  print(`A real MCP client has started Sandcell ${client.getServerVersion().version} over stdio.`);
  print(`Tools: ${tools.map(({ name }) => name).join(', ')}`);

  const installed = [];
  for (const language of tools.find(({ name }) => name === 'run_code').inputSchema.properties.language.enum) {
    if (await showState(language)) installed.push(language);
  }
  const language = Object.keys(SHOW_CELLS).find((name) => installed.includes(name));
  if (language === undefined) throw new Error('No language is installed.');
  const cells = SHOW_CELLS[language];
  await showError(language, cells);
  await showInterrupt(language, cells);
  await showSeparation(language, cells);
  await showNetwork(language, cells);
  await showKill();
}

/** Whether the language is installed. */
async function showState(language) {
  const cells = STATE_CELLS[language];
  if (cells === undefined) return false;
  const beganMs = performance.now();
  const created = await call('create_context', { language });
  const readyMs = Math.round(performance.now() - beganMs);
  if (created.isError && /^RUNTIME_NOT_FOUND/.test(textOf(created))) {
    print(`\n${NAMES[language]}: not installed on this machine`);
    return false;
  }
  const { context_id, version } = structured(created);
  title(
    `${NAMES[language]} ${version}: what one cell defines, the next one has (context ready in ${readyMs} ms)`,
  );
  const [first, second, wanted] = cells;
  await run({ context_id }, first);
  const { result, stdout } = await run({ context_id }, second);
  expect((result ?? stdout.trim()) === wanted, `${language} answers ${wanted}`);
  return true;
}

async function showError(language, { error: [code, line] }) {
  title('An error names its line in the cell');
  const { error } = await run({ language }, code);
  expect(error?.line === line, `the error is told with line ${line}`);
}

async function showInterrupt(language, { define, endless, read }) {
  title('A cell is stopped by its client, and the variables stay');
  await run({ language }, define);
  printCode(endless);
  const stop = new AbortController();
  const beganMs = performance.now();
  await call('run_code', { language, code: endless }, { signal: stop.signal, onprogress: () => stop.abort() })
    .then(() => expect(false, 'the endless cell is stopped'))
    .catch((error) => {
      if (!stop.signal.aborted) throw error;
      print(`     stopped by the client after ${seconds(performance.now() - beganMs)}`);
    });
  const { result, stdout, notes } = await run({ language }, read);
  expect((result ?? stdout.trim()) === '42' && notes.length === 0, 'the variable outlives the interrupt');
}

async function showSeparation(language, { read }) {
  title('A second context has variables of its own');
  const { context_id } = structured(await call('create_context', { language }));
  const { status } = await run({ context_id }, read);
  expect(status === 'error', 'the second context does not see the variable');
}

async function showNetwork(language, { network }) {
  title('The network is off');
  const { status } = await run({ language }, network);
  expect(status === 'error', 'nothing is reached');
}

async function showKill() {
  title('Killing the sandbox leaves nothing');
  const { killed } = structured(await call('kill_sandbox', {}));
  for (const { sandbox_id, contexts_lost } of killed) {
    print(
      `     killed ${sandbox_id} with its ${contexts_lost.length} contexts, their processes and their files`,
    );
  }
  const { sandboxes } = structured(await call('list_contexts', {}));
  expect(killed.length === 1 && sandboxes.length === 0, 'the sandbox is gone');
}

/** Runs one cell, prints it with its answer, and returns the answer. */
async function run(target, code) {
  printCode(code);
  const output = structured(await call('run_code', { ...target, code }));
  const { result, stdout, error, duration_ms } = output;
  const answer = error
    ? `${error.name}: ${error.message}${error.line === null ? '' : ` (line ${error.line})`}`
    : (result ?? stdout.trim());
  const time = `${duration_ms} ms`;
  print(answer === '' ? `     ${time}` : `${indent(`→ ${answer}`)}   ${time}`);
  return output;
}

function call(name, args, options = {}) {
  return client.callTool({ name, arguments: args }, undefined, { timeout: CALL_TIMEOUT_MS, ...options });
}

/** Throws where the call itself failed; a failing cell has its facts, too. */
function structured(answer) {
  if (answer.structuredContent === undefined) throw new Error(textOf(answer));
  return answer.structuredContent;
}

function textOf({ content }) {
  return content.map(({ text = '' }) => text).join('\n');
}

function expect(isTrue, what) {
  if (!isTrue) failures.push(`Not so: ${what}`);
}

function showClients() {
  const entry = { command: process.execPath, args: [CLI] };
  const claudeCode = ['claude', 'mcp', 'add', 'sandcell', '--', process.execPath, CLI].map(quote).join(' ');
  const vsCode = `code --add-mcp ${quote(JSON.stringify({ name: 'sandcell', ...entry }))}`;
  title('To use it, paste this into mcp.json (Cursor) or claude_desktop_config.json (Claude Desktop)');
  print(JSON.stringify({ mcpServers: { sandcell: entry } }, null, 2));
  print(`\nClaude Code:  ${claudeCode}`);
  print(`VS Code:      ${vsCode}`);
}

function quote(word) {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function title(text) {
  print(`\n${text}`);
}

function printCode(code) {
  print(code.replaceAll(/^/gm, '   > '));
}

function indent(text) {
  return text.replaceAll(/^/gm, '     ');
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
