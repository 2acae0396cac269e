/**
 * Waits for attributes of a resource that are still being detected, such as the id of a host. OpenTelemetry's resources
 * tell while they wait, and complain in the log when they are read too early.
 */
import { settlesWithin } from './deadline';

/** Detectors ask services of a cloud, which may not be there. Less than several sources wait for one of them. */
const DETECTION_MS = 3000;

interface PendingResource {
  readonly asyncAttributesPending?: unknown;
  readonly waitForAsyncAttributes?: unknown;
}

/** Resources whose attributes did not come in time are not waited for again. */
const slow = new WeakSet<object>();

/**
 * @param resource of any type, as it comes from outside
 * @returns `undefined` where nothing is to be waited for; else a promise of whether all attributes are there, which never
 * rejects
 */
export function resourceSettled(resource: unknown, deadlineMs = DETECTION_MS): Promise<boolean> | undefined {
  try {
    if (typeof resource !== 'object' || resource === null || slow.has(resource)) return undefined;
    const pending = resource as PendingResource;
    const { waitForAsyncAttributes: wait } = pending;
    if (pending.asyncAttributesPending !== true || typeof wait !== 'function') return undefined;
    const waiting = Promise.resolve(Reflect.apply(wait as () => unknown, resource, []));
    return settlesWithin(waiting, deadlineMs).then((inTime) => {
      if (!inTime) slow.add(resource);
      return inTime;
    });
  } catch {
    return undefined; // Reading it throws: the encoder tells what is wrong.
  }
}

/**
 * As {@link resourceSettled}, for what a source has collected.
 * @param data of any type
 */
export function collectedSettled(data: unknown): Promise<boolean> | undefined {
  try {
    return resourceSettled((data as { readonly resource?: unknown } | null | undefined)?.resource);
  } catch {
    return undefined; // The encoder tells what is wrong.
  }
}
