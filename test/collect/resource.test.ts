/** Attributes of a resource that are still being detected are waited for, but not for ever. */
import test from 'ava';
import { resourceSettled } from '../../src/collect/sources/resource';
import { stayAlive } from '../support/stay-alive';

function pending() {
  let settle: () => void = () => undefined;
  const detected = new Promise<void>((resolve) => (settle = resolve));
  const resource = {
    asyncAttributesPending: true,
    attributes: {} as Record<string, string>,
    waitForAsyncAttributes: () => detected,
    settle(): void {
      resource.attributes['host.id'] = '7';
      resource.asyncAttributesPending = false;
      settle();
    },
  };
  return resource;
}

test('it waits until the attributes are there', async (t) => {
  const resource = pending();
  const settled = resourceSettled(resource);
  resource.settle();
  t.true(await settled);
  t.is(resourceSettled(resource), undefined);
});

test('a detector that hangs is waited for once', async (t) => {
  stayAlive(t);
  const resource = pending();
  t.false(await resourceSettled(resource, 5));
  t.is(resourceSettled(resource, 5), undefined);
});

test('a detector that rejects or throws is no reason to fail', async (t) => {
  const rejects = { ...pending(), waitForAsyncAttributes: () => Promise.reject(new Error('no cloud')) };
  t.true(await resourceSettled(rejects));
  const throws = {
    get asyncAttributesPending(): boolean {
      throw new Error('no such resource');
    },
  };
  for (const resource of [throws, undefined, null, 7, {}, { attributes: {} }])
    t.is(resourceSettled(resource), undefined);
});
