import { expectShown } from '../languages.mjs';
import { sleep, timed } from '../statistics.mjs';

const PAUSE_MS = 250;

/**
 * A client that is there all the time, and whose state nothing may touch.
 * @param {import('../http-server.mjs').HttpBenchServer} server
 */
export async function startSteadyClient(server) {
  const client = await server.connect();
  const target = { language: 'python' };
  await client.run(target, 'calls = 0');
  /** @type {number[]} */
  const samples = [];
  let isStopping = false;
  const calling = (async () => {
    while (!isStopping) {
      const expected = `${String(samples.length + 1)}`;
      const call = async () => expectShown(await client.run(target, 'calls += 1\ncalls'), expected);
      samples.push(await timed(call));
      await sleep(PAUSE_MS);
    }
  })();
  calling.catch(() => undefined); // said at the end, when the rest is known, too
  return {
    stop: async () => {
      isStopping = true;
      await calling;
      await client.end();
      return samples;
    },
  };
}
