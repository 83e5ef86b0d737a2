import type { Check, Report } from './report.ts';

const MARKS = { ok: '✓ ok', warning: '! warning', failure: '✗ failure' } as const;
const MARK_WIDTH = MARKS.warning.length + 2;

/** The report for people: a list with aligned columns, and what it comes to. */
export function renderReport({ version, checks }: Report): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const list = checks.map((check) => renderCheck(check, nameWidth)).join('\n');
  return `Sandcell ${version} doctor\n\n${list}\n\n${renderSummary(checks)}\n`;
}

function renderCheck({ name, status, detail, fix }: Check, nameWidth: number): string {
  const indent = ' '.repeat(MARK_WIDTH + nameWidth);
  const lines = [...detail.split('\n'), ...(fix === null ? [] : [`fix: ${fix}`])];
  const head = `${MARKS[status].padEnd(MARK_WIDTH)}${name.replaceAll('_', ' ').padEnd(nameWidth)}`;
  return `${head}${lines.join(`\n${indent}`)}`;
}

function renderSummary(checks: readonly Check[]): string {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const [warnings, failures] = [count('warning'), count('failure')];
  const counts = [`${count('ok')} ok`, plural(warnings, 'warning'), plural(failures, 'failure')].join(', ');
  const sandbox = checks.find(({ name }) => name === 'sandbox');
  if (sandbox?.status !== 'ok') return `${counts}. No sandbox can be started on this machine.`;
  return `${counts}. Sandboxes work on this machine${failures > 0 ? ', but not all that is asked for' : ''}.`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
