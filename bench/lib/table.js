'use strict';

/** Renders the table that run.js prints. */

const HEAD = [
  'workload',
  'variant',
  'against',
  'ratio (quartiles)',
  'target',
  'met',
  'ours (quartiles)',
  'theirs',
  'unit',
];

/** Rows with the same name stand below that name as a heading, in the order in which they were measured. */
function renderTable(rows) {
  const byName = Map.groupBy === undefined ? groups(rows) : Map.groupBy(rows, ({ name }) => name);
  const cells = new Map([...byName].map(([name, of]) => [name, of.map(cellsOf)]));
  const all = [HEAD, ...[...cells.values()].flat()];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  const parts = [line(HEAD), widths.map((width) => '-'.repeat(width)).join('  ')];
  for (const [name, lines] of cells) {
    parts.push('', name, ...lines.map(line));
    const notes = byName.get(name).filter(({ note }) => note !== undefined);
    for (const { workload, variant, note } of notes)
      parts.push(`  ${workload}${variant === undefined ? '' : `, ${variant}`}: ${note}`);
  }
  return parts.join('\n');
}

function groups(rows) {
  const byName = new Map();
  for (const row of rows) byName.set(row.name, [...(byName.get(row.name) ?? []), row]);
  return byName;
}

function cellsOf({ workload, variant, against, ratio, ratioLow, ratioHigh, goal, target, met, ours, theirs, unit }) {
  return [
    workload,
    variant ?? '',
    against,
    `${short(ratio)} (${short(ratioLow)} to ${short(ratioHigh)})`,
    target === null ? '' : `${goal} ${target}`,
    met === null ? '' : met ? 'yes' : 'NO',
    `${short(ours.median)} (${short(ours.low)} to ${short(ours.high)})`,
    short(theirs.median),
    unit,
  ];
}

function short(number) {
  return Math.abs(number) >= 1000 ? String(Math.round(number)) : String(Number(number.toPrecision(3)));
}

module.exports = { renderTable };
