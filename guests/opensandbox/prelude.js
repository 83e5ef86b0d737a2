// Runs once in each JavaScript or TypeScript kernel of a deployment, as its first cell. tslab writes the value of a cell
// to stdout and what it threw to stderr, like any other output. Both go to where `process.stdout.write` leads at that
// time; who called is on the stack: tslab's executor, or the cell. It is evaluated as an expression, and called.
(function prelude(mark, process, Buffer) {
  const TSLAB = /tslab[\\/]dist[\\/]executor\.js/;
  const PIECE = 48000;
  const writers = {};
  let number = 0;

  /** Who called the function that asks, leaving out Node itself. */
  function caller() {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 20;
    const { stack } = new Error();
    Error.stackTraceLimit = stackTraceLimit;
    if (typeof stack !== 'string') return ''; // a cell formats stacks in its own way
    const callers = stack.split('\n').slice(3);
    return callers.find((frame) => !frame.includes('node:internal')) ?? '';
  }

  function send(frame) {
    const text = Buffer.from(JSON.stringify(frame)).toString('base64');
    number += 1;
    for (let at = 0, left = Math.ceil(text.length / PIECE) - 1; at < text.length; at += PIECE, left -= 1)
      writers.stdout(`\x1e${mark}:${number}:${left}:${text.slice(at, at + PIECE)}\x1e`);
  }

  function intercept(name, toFrame) {
    const stream = process[name];
    writers[name] = stream.write;
    const write = (...args) => {
      const [text] = args;
      if (typeof text === 'string' && text.length < 4_000_000 && TSLAB.test(caller()))
        send(toFrame(text.replace(/\n$/, '')));
      else writers[name].apply(stream, args);
      return true;
    };
    // tslab sets it anew for each cell.
    const set = (writer) => {
      writers[name] = writer;
    };
    Object.defineProperty(stream, 'write', { get: () => write, set, configurable: true });
  }

  // The kernel would be gone, and nothing would say so.
  const { exit } = process;
  process.exit = (code) => {
    if (!caller().includes('evalmachine.')) return exit.call(process, code);
    throw Object.assign(new Error(`process.exit(${code ?? ''})`), { name: 'ProcessExit' });
  };

  intercept('stdout', (text) => ({ result: { 'text/plain': text } }));
  intercept('stderr', (text) => ({ error: text }));
  return `${mark}:${process.version.slice(1)}`;
});
