// A cell can be stopped by a time limit, a signal, or an interrupt. Its variables are kept where that works.
import { CodeInterpreter, Sandbox } from 'sandcell';

await using sandbox = await Sandbox.create();
const { codes } = await CodeInterpreter.create(sandbox);
await codes.run('x = 42');

const slow = "import time\nprint('working', flush=True)\ntime.sleep(60)";

const timed = await codes.run(slow, { timeoutMs: 300 });
console.log(`${timed.status}, state ${timed.state}`);

const abort = new AbortController();
const aborted = await codes.run(slow, {
  signal: abort.signal,
  handlers: {
    onStdout: () => {
      abort.abort();
    },
  },
});
console.log(`${aborted.status}, state ${aborted.state}`);

const interrupted = await codes.run(slow, {
  handlers: {
    onStdout: async () => {
      await codes.interrupt(timed.contextId);
    },
  },
});
console.log(`${interrupted.status}, state ${interrupted.state}`);

for await (const event of codes.runStream(slow)) {
  if (event.type === 'stdout') break; // to leave early interrupts as well
}

console.log((await codes.run('x')).result[0]?.text);
