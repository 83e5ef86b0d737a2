// A Python prompt. A line that ends in ":" or "\" opens a block, and so does an open bracket; an empty line ends it.
// Ctrl-C interrupts what runs; "exit" or Ctrl-D ends it.
import { createInterface } from 'node:readline/promises';
import { CodeInterpreter, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.PYTHON);
console.log(`Python ${context.version} (type 'exit' to quit)`);

const input = createInterface({ input: process.stdin, output: process.stdout, prompt: '>>> ' });
let block: string[] = [];
let running: AbortController | undefined;
input.on('SIGINT', () => {
  if (running) {
    running.abort(); // the cell is interrupted, its variables stay
    return;
  }
  block = [];
  process.stdout.write('\nKeyboardInterrupt\n');
  input.setPrompt('>>> ');
  input.prompt();
});

/** Whether more lines belong to what was typed so far. */
function isOpen(lines: readonly string[]): boolean {
  const last = lines.at(-1) ?? '';
  if (lines.length > 1) return last !== ''; // a block goes on until an empty line
  const opened = (last.match(/[([{]/g) ?? []).length;
  const closed = (last.match(/[)\]}]/g) ?? []).length;
  return /[:\\]\s*$/.test(last) || last.startsWith('@') || opened > closed;
}

async function runCell(code: string): Promise<void> {
  running = new AbortController();
  const { error, result, notes } = await codes.run(code, {
    context,
    signal: running.signal,
    timeoutMs: 60 * 60_000,
    handlers: {
      onStdout: (message) => void process.stdout.write(message.text),
      onStderr: (message) => void process.stderr.write(message.text),
    },
  });
  running = undefined;
  for (const note of notes) console.log(`(${note})`);
  if (result[0]?.text !== undefined) console.log(result[0].text);
  if (error) console.log(error.traceback || `${error.name}: ${error.message}`);
}

input.prompt();
for await (const line of input) {
  if (block.length === 0 && line.trim() === 'exit') break;
  block.push(line);
  const open = isOpen(block);
  if (!open) {
    const code = block.join('\n');
    block = [];
    if (code.trim() !== '') await runCell(code);
  }
  input.setPrompt(open ? '... ' : '>>> ');
  input.prompt();
}
input.close();
