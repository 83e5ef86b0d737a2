'use strict';
// Started by the server in the network namespace of a sandbox, outside of all its other namespaces. Listens on ports there,
// on every address, and hands the listening sockets to the server. It runs no code of anybody else, and ends at once.
const { createServer } = require('node:net');
const process = require('node:process');
const { setInterval, setTimeout } = require('node:timers');

/** As long as the server waits for it. */
const DEADLINE_MS = 15_000;
const PARENT_CHECK_MS = 100;

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '0.0.0.0', backlog: 511 }, () => {
      process.send({ port }, server, (error) => (error ? reject(error) : resolve()));
    });
  });
}

async function main() {
  for (const port of process.argv.slice(2)) await listen(Number(port));
}

// No event tells of the server's end where sockets are on their way to it.
const server = process.ppid;
setInterval(() => {
  if (!process.connected || process.ppid !== server) process.exit(1);
}, PARENT_CHECK_MS);
setTimeout(() => process.exit(1), DEADLINE_MS); // whatever hangs: no process of ours may stay
main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
