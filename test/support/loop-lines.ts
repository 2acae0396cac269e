/**
 * The line that the exporter logs when an event loop turns again. On a busy machine a process may wait for a processor for longer
 * than it takes to be blocked, in a test about something else.
 */
const LOOP_LINE = /^.*The event loop of this process turns again\..*\n?/gm;

export function withoutLoopLines(text: string): string {
  return text.replaceAll(LOOP_LINE, '');
}
