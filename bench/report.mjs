/**
 * @typedef {object} MeasuredRow
 * @property {string} label
 * @property {string} unit
 * @property {number[]} [samples]
 * @property {import('./statistics.mjs').Summary} [summary]
 * @property {number} [target]
 * @property {boolean} [pass] Only where there is a target.
 * @property {string} [failure] Why it could not be measured.
 */

/**
 * A figure's table, and the peers' figures below it.
 * @param {{ title: string, unit: string, rows: readonly MeasuredRow[], peers: readonly string[], load: string }} figure
 * @returns {string}
 */
export function renderFigure({ title, unit, rows, peers, load }) {
  const table = [['', 'min', 'median', 'p95', 'n', 'target', ''], ...rows.map((row) => toCells(row, unit))];
  const widths = table[0]?.map((_, column) =>
    Math.max(...table.map((cells) => (cells[column] ?? '').length)),
  );
  const lines = table.map((cells) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths?.[0] ?? 0) : cell.padStart(widths?.[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const failures = rows
    .filter((row) => row.failure)
    .map((row) => `${row.label}: not measured: ${row.failure ?? ''}`);
  return [
    `${title} [${unit}] (load ${load})`,
    ...lines.map((line) => `  ${line}`),
    ...failures.map((line) => `  ${line}`),
    ...peers.map((line) => `  peer: ${line}`),
    '',
  ].join('\n');
}

/**
 * @param {MeasuredRow} row
 * @param {string} figureUnit
 */
function toCells({ label, unit, summary, target, pass }, figureUnit) {
  const name = unit === figureUnit ? label : `${label} [${unit}]`;
  const end = [target === undefined ? '' : `<= ${String(target)}`, verdict(pass)];
  if (!summary) return [name, '-', '-', '-', '0', ...end];
  const { min, median, p95, n } = summary;
  return [name, min.toFixed(2), median.toFixed(2), p95.toFixed(2), String(n), ...end];
}

/** @param {boolean | undefined} pass */
function verdict(pass) {
  if (pass === undefined) return '';
  return pass ? 'pass' : 'MISS';
}
