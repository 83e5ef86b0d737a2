/**
 * What others took for the same on a machine of 2 cores under load, min / median / p95 in the unit of the figure:
 * measured once, through their own interfaces, n = 20 (warm calls 100). Compare minima first.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const PEERS = {
  initialize: [
    'mcp-run-python 0.0.13: 135 / 176 / 465',
    'jupyter-mcp-server 2.2.4: 8751 / 19863 / 28527 (n=8, with a kernel start)',
    'mcp-python-interpreter 1.2.3: 1361 / 1843 / 2758',
    'mcp-server-code-runner 0.1.8: 482 / 696 / 933',
    'E2B code interpreter (template server): 3759 / 4271 / 5653 (n=4)',
  ],
  cold: [
    'mcp-run-python: 2324 / 3812 / 10264',
    'jupyter-mcp-server: 1329 / 1636 / 2248',
    'E2B code interpreter: 479 / 766 / 1481',
    'ipykernel 7.4.0 bare: 583 / 1193 / 2661',
    'tslab 1.0.22 bare (TypeScript): 1957 / 2703 / 4456',
    'mcp-server-code-runner: Python 164 / 449 / 852, JavaScript 104 / 247 / 448 (keeps no state)',
    'OpenSandbox 1.1.1: create sandbox 1501, first context ready 6213, first run 663',
  ],
  'warm-context': [
    'mcp-python-interpreter: 3.1 / 5.8 / 8.9 (a new session in the same process, no sandbox)',
    'exec-sandbox: 1–2 from a warm pool, stated by itself',
    'OpenSandbox 1.1.1: create context 31, first run in it 663',
  ],
  'next-context': ['tslab bare (TypeScript): 1957 / 2703 / 4456'],
  warm: [
    'mcp-run-python: 1.0 / 1.2 / 5.9 (keeps no state)',
    'jupyter-mcp-server: 1007 / 1010 / 1018',
    'E2B code interpreter: 48 / 101 / 211',
    'ipykernel bare: 4.6 / 7.4 / 19',
    'tslab bare (TypeScript): 2.4 / 5.8 / 17',
    'mcp-python-interpreter: 2.0 / 2.5 / 5.4',
    'mcp-server-code-runner: 242 / 346 / 518',
    'OpenSandbox 1.1.1: 56 to the result, 67 to the end of the stream',
  ],
  lines: [
    'mcp-run-python: 316 / 337 / 400',
    'jupyter-mcp-server: 2260 / 3466 / 5176',
    'E2B code interpreter: 3023 / 4020 / 4810',
    'ipykernel bare: 1183 / 1485 / 1991',
    'tslab bare (TypeScript): at most 512 of 100 000 lines arrive',
    'mcp-python-interpreter: 243 / 283 / 408',
    'mcp-server-code-runner: fails (1 MiB)',
  ],
  'ten-megabytes': [
    'mcp-run-python: 5000',
    'E2B code interpreter: 700',
    'ipykernel bare: 300',
    'jupyter-mcp-server: replaced by a message; mcp-python-interpreter: the client drops the connection; mcp-server-code-runner: fails',
  ],
  'first-chunk': [
    'mcp-run-python: 24–53 (n=3)',
    'E2B code interpreter: 98 / 133 / 159',
    'ipykernel bare: 3 / 6 / 11',
    'tslab bare (TypeScript): 9 / 9 / 49',
    'jupyter-mcp-server, mcp-python-interpreter, mcp-server-code-runner: none before the end',
  ],
  interrupt: [
    'mcp-run-python, mcp-python-interpreter: never usable again',
    'jupyter-mcp-server: cancel never; its own timeout 1045 / 1066 / 1239 late (n=5)',
    'E2B code interpreter: 352 / 384 / 552, 1 of 20 hangs',
    'ipykernel bare: 19 / 36 / 105',
    'tslab bare (TypeScript): 221 / 233 / 273',
    'mcp-server-code-runner: 729 / 1239 / 1723 (n=5), the old process goes on',
  ],
  timeout: ['jupyter-mcp-server: 1045 / 1066 / 1239 late (n=5)'],
  death: [
    'E2B code interpreter: 1700, then state lost without a word',
    'jupyter-mcp-server: waits for the whole timeout; ipykernel bare: no message at all',
    'mcp-run-python, mcp-python-interpreter: the server itself dies',
  ],
  memory: [
    'mcp-run-python: 176–201 (server and interpreter)',
    'jupyter-mcp-server: 128, JupyterLab about 139, and 36 for each kernel',
    'E2B code interpreter: 51 and 192, and 38 for each context',
    'ipykernel bare: 37',
    'tslab bare (TypeScript): 139–152',
    'mcp-python-interpreter: 48 (server and interpreter); mcp-server-code-runner: 42–59 (server alone)',
    'OpenSandbox 1.1.1: Jupyter and one Python kernel 95',
  ],
  java: [
    'jjava 1.0a8 bare (Java 17): ready 3761 / 5849 / 8208, warm cell 63 / 174 / 299, 198–230 MiB; 11 000–48 000 of 100 000 lines arrive',
    "JShell's own remote JVM: ready 849, first cell 700, warm cell 197",
  ],
  go: [
    'gonb 0.11.2 bare: first cell 213 / 317 / 444, changed cell 232 / 292 / 456, same cell 109 / 142 / 187, 120–215 MiB with gopls; keeps declarations, not values',
    'mcp-server-code-runner: changed program 242 / 301 / 477 (keeps no state)',
  ],
};
