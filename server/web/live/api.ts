/** What the page asks its server for. All paths are relative to the page, which may stand behind a proxy's path. */
import type { Cardinality, FoundMetrics, OpenCharts } from '../../protocol/page';
import type { OverviewAnswer } from '../../protocol/overview';

/** `locked`: the server wants credentials. */
interface Failure {
  readonly ok: false;
  readonly locked: boolean;
  readonly message: string;
}
export type Answer<T> = { readonly ok: true; readonly value: T } | Failure;

export const LIVE_PATH = 'api/live';

/** A host that is gone does not answer at all. Without a limit, old numbers would pass for live ones. */
const ANSWER_MS = 10_000;

export const getOverview = (): Promise<Answer<OverviewAnswer>> =>
  getJson('api/overview', { signal: AbortSignal.timeout(ANSWER_MS) });
/** Asks whether the stream can be opened, since the errors of an `EventSource` have no reasons. Closes it at once. */
export async function tryStream(): Promise<Answer<undefined>> {
  const ends = new AbortController();
  const timer = setTimeout(() => ends.abort(), ANSWER_MS);
  const answer = await ask(LIVE_PATH, { headers: { accept: 'text/event-stream' }, signal: ends.signal });
  clearTimeout(timer);
  ends.abort();
  return answer.ok ? { ok: true, value: undefined } : answer;
}

export const getCardinality = (): Promise<Answer<Cardinality>> => getJson('api/cardinality');
export const findMetrics = (search: string): Promise<Answer<FoundMetrics>> =>
  getJson(`api/metrics?search=${encodeURIComponent(search)}`, { signal: AbortSignal.timeout(ANSWER_MS) });

export const postCharts = (stream: string, charts: OpenCharts): Promise<Answer<Response>> =>
  ask(`${LIVE_PATH}/${encodeURIComponent(stream)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(charts),
  });

export const logIn = (fields: Readonly<Record<string, string>>): Promise<Answer<Response>> =>
  ask('login', { method: 'POST', body: new URLSearchParams(fields) });
export const logOut = (): Promise<Answer<Response>> => ask('logout', { method: 'POST' });

async function getJson<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const answer = await ask(path, init);
  if (!answer.ok) return answer;
  try {
    return { ok: true, value: (await answer.value.json()) as T };
  } catch {
    return { ok: false, locked: false, message: 'The answer could not be read.' };
  }
}

async function ask(path: string, init: RequestInit): Promise<Answer<Response>> {
  let response: Response;
  try {
    // By the second header the server knows that a script asks, and the browser shows no dialog for a password.
    const own = { accept: 'application/json', 'x-requested-with': 'fetch' };
    const headers = { ...own, ...(init.headers as Record<string, string> | undefined) };
    response = await fetch(path, { ...init, headers, credentials: 'same-origin' });
  } catch {
    return { ok: false, locked: false, message: 'The metrics server cannot be reached.' };
  }
  if (response.ok) return { ok: true, value: response };
  return { ok: false, locked: response.status === 401, message: await messageOf(response) };
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Plain text.
  }
  const isHtml = text.trimStart().startsWith('<');
  return text === '' || isHtml ? `The metrics server answered ${response.status}.` : text.slice(0, 300).trim();
}
