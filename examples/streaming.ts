// Output as it comes: by handlers, and as a stream of events.
import { CodeInterpreter, type ExecutionHandlers, Sandbox, SupportedLanguage } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
const context = await codes.createContext(SupportedLanguage.PYTHON);

// A message is a piece of output as it came, with its line ends: not always one line.
const handlers: ExecutionHandlers = {
  onStdout: (message) => void process.stdout.write(`STDOUT: ${message.text}`),
  onStderr: (message) => void process.stdout.write(`STDERR: ${message.text}`),
};
const count = `import sys, time
for i in range(5):
    print(i, flush=True)
    time.sleep(0.2)
print('done', file=sys.stderr)`;
await codes.run(count, { context, handlers });

for await (const event of codes.runStream("print('streamed')\n6 * 7", { context })) {
  switch (event.type) {
    case 'stdout':
      process.stdout.write(event.text);
      break;
    case 'result':
      console.log(`result: ${event.text ?? ''}`);
      break;
    case 'complete':
      console.log(`${event.status}, state ${event.state}`);
      break;
    default: // init, stderr, display, note, error
  }
}
