/**
 * Takes the stack of the main thread while that runs JavaScript, by Node.js' inspector: for less than a millisecond the main
 * thread pauses. Each step has a deadline. Where one has passed, the session ends, and a main thread that is paused goes on.
 */
import type * as inspector from 'node:inspector';
import { messageOf } from '../../core/values';

export interface StackOptions {
  readonly maxFrames: number;
  readonly maxChars: number;
}

/** The inspector describes a program of 10,000 modules in a second. */
const ENABLE_MS = 2000;
const STEP_MS = 500;
const NATIVE =
  'the main thread is in native code, such as a synchronous call of the file system or of child_process, of which no stack ' +
  'can be taken';
const LATE = `the main thread has not paused within ${STEP_MS} ms`;

type Frame = inspector.Debugger.CallFrame;

/** @returns the calls, the innermost first, one a line; or in a sentence why there are none. Never rejects */
export async function takeStack(options: StackOptions): Promise<string> {
  let session: inspector.Session | undefined;
  try {
    const { Session } = await import('node:inspector');
    session = new Session();
    session.connectToMainThread();
    return await pauseIn(session, options);
  } catch (error) {
    return `no stack can be taken: ${messageOf(error)}`;
  } finally {
    // A main thread that is paused goes on.
    session?.disconnect();
  }
}

async function pauseIn(session: inspector.Session, options: StackOptions): Promise<string> {
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
  const paused = new Promise<readonly Frame[]>((resolve) => {
    session.once('Debugger.paused', ({ params }) => resolve(params.callFrames));
  });
  const resumed = new Promise<true>((resolve) => session.once('Debugger.resumed', () => resolve(true)));
  const post = (method: string, ms: number): Promise<true | undefined> =>
    within(
      ms,
      new Promise((resolve, reject) => session.post(method, (error) => (error ? reject(error) : resolve(true)))),
    );
  if (!(await post('Debugger.enable', ENABLE_MS))) return NATIVE;
  if (!(await post('Debugger.pause', STEP_MS))) return LATE;
  const frames = await within(STEP_MS, paused);
  if (frames === undefined) return LATE;
  if (await post('Debugger.resume', STEP_MS)) await within(STEP_MS, resumed);
  return textOf(frames, urls, options);
}

function textOf(frames: readonly Frame[], urls: ReadonlyMap<string, string>, options: StackOptions): string {
  const lines = frames.slice(0, options.maxFrames).map(({ functionName, location }) => {
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    return `at ${functionName || '(anonymous)'} (${urls.get(scriptId) ?? '?'}:${lineNumber + 1}:${columnNumber + 1})`;
  });
  return lines.join('\n').slice(0, options.maxChars);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
