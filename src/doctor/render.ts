import type { Check, Report } from './report.ts';

const MARKS = { ok: '✓ ok', warning: '! warning', failure: '✗ failure' } as const;
const MARK_WIDTH = MARKS.warning.length + 2;

/** The report for people: a list with aligned columns, and what it comes to. */
export function renderReport({ version, checks, ok }: Report): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length)) + 2;
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const summary = `${count('ok')} ok, ${count('warning')} warnings, ${count('failure')} failures`;
  const verdict = ok
    ? 'Sandboxes work on this machine.'
    : 'Sandboxes do not work on this machine as they should.';
  const list = checks.map((check) => renderCheck(check, nameWidth)).join('\n');
  return `Sandcell ${version} doctor\n\n${list}\n\n${summary}. ${verdict}\n`;
}

function renderCheck({ name, status, detail, fix }: Check, nameWidth: number): string {
  const indent = ' '.repeat(MARK_WIDTH + nameWidth);
  const lines = [...detail.split('\n'), ...(fix === null ? [] : [`fix: ${fix}`])];
  const head = `${MARKS[status].padEnd(MARK_WIDTH)}${name.replaceAll('_', ' ').padEnd(nameWidth)}`;
  return `${head}${lines.join(`\n${indent}`)}`;
}
