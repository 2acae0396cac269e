/** What the log says of series that have been joined: the same sentence for the same family. */
export function joinedSentence(name: string, type: string): string {
  const what = `Metric ${name} has several series with the same name and labels in one process`;
  if (type !== 'gauge') return `${what}: they are added up.`;
  return `${what}: of gauges the first one stands, up-down counters are added up.`;
}
