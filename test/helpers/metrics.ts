import { send } from './http-requests.ts';

/** The samples of a page of Prometheus, by their names with all labels: `name{a="b",c="d"}`. */
export type Samples = ReadonlyMap<string, number>;

export async function scrape(server: string, headers: Record<string, string> = {}): Promise<Samples> {
  const { status, body } = await send(`${server}/metrics`, { headers });
  if (status !== 200) throw new Error(`${status}: ${body}`);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))] as const;
    }),
  );
}

/** Those of our own that are not zero, but for the buckets and sums of times. */
export function counted(samples: Samples, ...names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...samples].filter(
      ([name, value]) => value !== 0 && names.some((start) => name === start || name.startsWith(`${start}{`)),
    ),
  );
}
