import { afterAll, beforeAll, describe, test } from 'vitest';
import type { TestServer } from '../server.ts';
import { goServer, type LinkStrategy, runSequence } from './run-sequence.ts';
import { topics } from './topics.ts';

/** The table of cells over one link strategy. */
export function describeTable(strategy: LinkStrategy): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await goServer(strategy);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });
  for (const [topic, sequences] of Object.entries(topics)) {
    const rows = sequences.filter(({ needs }) => needs === undefined || needs === strategy);
    describe(`Go, ${strategy}: ${topic}`, () => {
      afterAll(async () => {
        await server.call('kill_sandbox'); // gives the memory of its kernels back
      });
      test.for(rows)('$title', (sequence) => runSequence(server, sequence));
    });
  }
}
