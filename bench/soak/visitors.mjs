// A process full of clients: argv has the server's URL and how many of them come at once. It tells its parent of every
// visit, and goes on until it is killed, which cuts all connections at once.
import { ROUGH_VISITS } from './rough-visits.mjs';
import { pause, VISITS } from './visits.mjs';

const [url = '', visitors = '1'] = process.argv.slice(2);
const KINDS = Object.entries({ ...VISITS, ...ROUGH_VISITS });

await Promise.all(Array.from({ length: Number(visitors) }, (_, index) => visitAgainAndAgain(index)));

/** @param {number} index */
async function visitAgainAndAgain(index) {
  // Each begins with another kind, so that all kinds go on at any time.
  for (let visit = index; ; visit += 1) {
    const [kind, go] = KINDS[visit % KINDS.length] ?? [];
    if (!kind || !go) throw new Error('there are no visits');
    const failure = await go(url).then(
      () => undefined,
      (error) => String(error?.message ?? error),
    );
    process.send?.({ kind, failure });
    await pause();
  }
}
