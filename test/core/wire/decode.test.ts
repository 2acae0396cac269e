/** The reader of the wire form believes nothing. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import test from 'ava';
import { decodeSnapshot, WireError } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { deflated, inflated, sample } from './payloads';

test('a payload that ends early, or late, is malformed', async (t) => {
  const payload = encodeSnapshot(await sample(), []);
  const plain = inflateRawSync(Buffer.from(payload, 'base64'));
  for (let i = 0; i < 200; i++) {
    const length = Math.floor((plain.length * i) / 200);
    const short = deflateRawSync(plain.subarray(0, length)).toString('base64');
    t.throws(() => decodeSnapshot(short), { instanceOf: WireError, code: 'MALFORMED' }, `${length} bytes`);
    t.throws(() => decodeSnapshot(payload.slice(0, Math.floor((payload.length * i) / 200))), { code: 'MALFORMED' });
  }
  t.throws(() => decodeSnapshot(deflateRawSync(Buffer.concat([plain, Buffer.alloc(1)])).toString('base64')), {
    code: 'MALFORMED',
  });
  for (const nothing of [undefined, null, 5, {}, '', 'äöü', '====']) {
    t.throws(() => decodeSnapshot(nothing as string), { instanceOf: WireError, code: 'MALFORMED' });
  }
});

test('another version is refused as such, whatever else the header says', (t) => {
  for (const v of [1, 3, '2', undefined]) {
    t.throws(() => decodeSnapshot(deflated({ v }, Buffer.alloc(0))), {
      code: 'VERSION',
      message: `wire version ${v}, expected 2`,
    });
  }
});

test('what would take more memory than it may is refused before it takes it', async (t) => {
  const bomb = deflateRawSync(Buffer.alloc(64 << 20)).toString('base64');
  t.throws(() => decodeSnapshot(bomb, { maxBytes: 1 << 20 }), { code: 'TOO_LARGE', message: /1048576 bytes/ });

  // Few bytes that stand for many numbers: 67 MB a page of these.
  const { header, rest } = inflated(encodeSnapshot(await sample(), []));
  const { scopes, ...others } = header as { scopes: { families: object[] }[]; pages: object[] };
  const layout = { kind: 'histogram', bounds: [], buckets: 8192, sum: true, min: true, max: true };
  const page = { id: 9, size: 1024, layout, bytes: 3 * 1024 };
  const pages = Array.from({ length: 5 }, (_, id) => ({ ...page, id }));
  const family = { ...scopes[0]?.families[1], pages: pages.map(({ id }) => id) };
  const lie = { ...others, pages, scopes: [{ ...scopes[0], families: [family] }] };
  const lines = Buffer.from('{}\n'.repeat(5 * 1024));
  t.throws(() => decodeSnapshot(deflated(lie, Buffer.concat([lines, rest]))), {
    code: 'TOO_LARGE',
    message: /^41968640 numbers of together 335749120 bytes/,
  });
});

test('attributes that are JSON only together, and not each by itself, are malformed', async (t) => {
  const { header, rest } = inflated(encodeSnapshot(await sample(), []));
  const text = '{"id":0}\n{"id":1}\n{"id":2}\n';
  t.true(rest.subarray(0, text.length).equals(Buffer.from(text)));
  for (const other of [
    '{"id":0},{"":2}\n{"a":\n{"b":1}}\n',
    '{"id":0}\n["id",1]\n{"id":2}\n',
    '{"id":0}\n\n{"id":1,"b":2}\n\n',
  ]) {
    const [sent, ...others] = (header as { pages: { bytes: number }[] }).pages;
    const pages = [{ ...sent, bytes: other.length }, ...others];
    const bytes = Buffer.concat([Buffer.from(other), rest.subarray(text.length)]);
    t.throws(() => decodeSnapshot(deflated({ ...(header as object), pages }, bytes)), { code: 'MALFORMED' });
  }
});
