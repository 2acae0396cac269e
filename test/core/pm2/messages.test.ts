import { createRequire } from 'node:module';
import test from 'ava';
import * as fc from '../../support/properties';
import { MessageReader, writeMessage } from '../../../core/pm2/messages';

/** The packages that PM2's daemon uses. */
const Message = createRequire(__filename)('amp-message') as new (args: readonly unknown[] | Buffer) => {
  readonly args: readonly unknown[];
  toBuffer(): Buffer;
};

/** What a reader finds in bytes that come in pieces of these sizes, again and again. */
function read(bytes: Buffer, sizes: readonly number[], isWanted = true): string[][] {
  const found: string[][] = [];
  const reader = new MessageReader(
    (args) => void found.push(args.map(String)),
    () => isWanted,
  );
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] as number;
    if (!reader.read(bytes.subarray(at, at + size))) throw new Error('not understood');
    at += size;
  }
  return found;
}

test("PM2's own packages read a message that was written in pieces", (t) => {
  const value = { text: 'ä\n"' };
  const json = Buffer.from(`j:${JSON.stringify(value)}`);
  const written = Buffer.concat(writeMessage([json.subarray(0, 5), Buffer.alloc(0), json.subarray(5)], 's:12'));
  t.deepEqual(new Message(written).args, [value, '12']);
  t.deepEqual(written, new Message([value, '12']).toBuffer());
});

test("messages of PM2's own packages are found in chunks of any size", (t) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  const messages = fc.array(fc.array(fc.oneof(fc.string(), fc.object()), { minLength: 1, maxLength: 15 }));
  fc.assert(
    fc.property(messages, sizes, (all, sizes) => {
      const bytes = Buffer.concat(all.map((args) => new Message(args).toBuffer()));
      const texts = all.map((args) =>
        args.map((arg) => (typeof arg === 'string' ? `s:${arg}` : `j:${JSON.stringify(arg)}`)),
      );
      t.deepEqual(read(bytes, sizes), texts);
    }),
  );
});

test('an empty argument is an argument', (t) => {
  const bytes = Buffer.from([0x12, 0, 0, 0, 0, 0, 0, 0, 1, 65, 0x11, 0, 0, 0, 0]);
  t.deepEqual(read(bytes, [1]), [['', 'A'], ['']]);
  t.deepEqual(read(bytes, [100]), [['', 'A'], ['']]);
});

test('only the beginning of an unwanted argument is kept, and the next message is found', (t) => {
  const bytes = Buffer.concat([...writeMessage([Buffer.alloc(300_000, 'x')], 's:1'), ...writeMessage([], 's:2')]);
  for (const sizes of [[65_536], [1000], [1_000_000], [65_535, 2]]) {
    const [first, second] = read(bytes, sizes, false);
    t.deepEqual([first?.[0]?.length, first?.[1], second], [65_536, 's:1', ['', 's:2']]);
  }
});

test('bytes that are not a message are rejected', (t) => {
  for (const bytes of [Buffer.from('HTTP/1.1 400 Bad Request'), Buffer.from([0x10])]) {
    const reader = new MessageReader(
      () => t.fail(),
      () => true,
    );
    t.false(reader.read(bytes));
  }
});
