// Loaded into the server before its own code. At SIGUSR2 it collects garbage and says on stderr what is left.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const line = { level: 'info', msg: 'memory', heapMiB: heapUsed / 2 ** 20, rssMiB: rss / 2 ** 20 };
  process.stderr.write(`${JSON.stringify(line)}\n`);
});
