/** An answer that claimed to be another process's changed the numbers of that process, or put its `pm2_up` to 0. */
import test from 'ava';
import { readProcessList } from '../../src/pm2/process-list';
import { readAnswer } from '../../src/rounds/messages/answer';
import type { KnownRun, Request } from '../../src/rounds/runs/known-run';
import { KnownRuns } from '../../src/rounds/runs/known-runs';

const compact = { v: 2, form: 'snapshot', incarnation: 'i', generation: 1, pid: 1, payload: 'AAAA' };
const plain = { resource: {}, scopeMetrics: [] };

function known(runs: KnownRuns, pmId: number): KnownRun {
  return runs.all().find(({ run }) => run.pmId === pmId) as KnownRun;
}

test('an answer counts for the run whose token and request it bears, whatever it claims', (t) => {
  const runs = new KnownRuns();
  const env = { status: 'online', pm_uptime: 1 };
  const listed = [0, 1].map((pm_id) => ({ pm_id, name: 'shop', pid: process.pid, pm2_env: env }));
  runs.update(readProcessList(listed));
  const [victim, other] = [known(runs, 0), known(runs, 1)];
  for (const one of [victim, other]) {
    one.noteAsked({ id: `of ${one.run.pmId}`, known: one, sentAt: 0, sentTime: 0 } as Partial<Request> as Request);
  }
  const ofRun = (message: object): number | undefined => {
    const read = readAnswer({ topic: 'returnMetrics', from: 0, ...message });
    return read && runs.requestOf(read)?.known.run.pmId;
  };
  // What another process can know: its own token and request.
  const own = { request: 'of 1', token: other.token };
  t.is(ofRun({ ...own, data: compact }), 1);
  t.is(ofRun({ ...own, data: { ...compact, payload: 1 } }), 1);
  t.is(ofRun({ ...own, request: 'of 0', data: compact }), undefined);
  for (const token of [undefined, 'guessed']) {
    t.is(ofRun({ token, request: 'of 1', data: compact }), undefined);
    t.is(ofRun({ token, request: 'of 1', data: plain }), undefined);
  }
  t.is(ofRun({ request: 'of 0', token: victim.token, data: compact }), 0);
  // It has sent back its token: an answer without one is of another process.
  t.is(ofRun({ data: plain }), undefined);
});
