'use strict';

/**
 * `node bench/scrape-memory.js`: the memory of the metrics server over many scrapes of a large exposition.
 *
 * It prints a table: scrapes so far, their duration, and the resident memory of the server. All numbers change from scrape to
 * scrape, so that all text is written anew. Clients that stop reading can be added, each with a scrape of its own:
 * then it also says how much longer a scrape takes beside them.
 */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const { connect } = require('node:net');
const http = require('node:http');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { ensureBuilt, ensureInstalled } = require('../scripts/ensure');

const USAGE = `The resident memory of the metrics server over many scrapes.

  node bench/scrape-memory.js [options]

  --scrapes <n>   number of scrapes, 500
  --at-once <n>   how many at a time, 1
  --series <n>    series of the one instance, 200000: about 35 MB of text
  --stopped <n>   clients that stop reading, ten at a time; 0
  --pipelined <n> requests of each such client, 1
  --gzip          scrapes ask for gzip
  --rows <n>      rows of the table, 20`;

const OPTIONS = {
  scrapes: { type: 'string', default: '500' },
  'at-once': { type: 'string', default: '1' },
  series: { type: 'string', default: '200000' },
  stopped: { type: 'string', default: '0' },
  pipelined: { type: 'string', default: '1' },
  gzip: { type: 'boolean', default: false },
  rows: { type: 'string', default: '20' },
  help: { type: 'boolean', default: false },
};

const IDLE_MS = 5000;
/** Scrapes without and with clients that do not read, which are compared. */
const COMPARED = 11;
const mib = (bytes) => (bytes / 2 ** 20).toFixed(0);
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const middle = (numbers) => sorted(numbers)[numbers.length >> 1];
const quartiles = (numbers) => [0.25, 0.5, 0.75].map((q) => sorted(numbers)[Math.floor(q * numbers.length)].toFixed(2));

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return console.log(USAGE);
  const [scrapes, atOnce, stopped, rows] = ['scrapes', 'at-once', 'stopped', 'rows'].map((name) =>
    Number(values[name]),
  );
  ensureInstalled();
  ensureBuilt();
  const server = fork(path.join(__dirname, 'lib/scraped-server.js'), [values.series]);
  try {
    const [{ url }] = await once(server, 'message');
    const options = { agent: false, headers: values.gzip ? { 'accept-encoding': 'gzip' } : {} };
    let bytes = 0;
    const scrape = async () => {
      const begin = performance.now();
      const [response] = await once(http.get(`${url}metrics`, options), 'response');
      if (response.statusCode !== 200) throw new Error(`the server answered with status ${response.statusCode}`);
      let length = 0;
      for await (const chunk of response) length += chunk.length;
      bytes = length;
      return performance.now() - begin;
    };
    const row = async (name, ms) => {
      server.send('memory');
      const [{ rss }] = await once(server, 'message');
      console.log(
        `${String(name).padStart(8)}  ${ms === undefined ? '       ' : ms.toFixed(0).padStart(7)}  ${mib(rss).padStart(7)}`,
      );
    };
    console.log(' scrapes       ms  RSS MiB');
    await row('start');
    await row(1, await scrape());
    let clients = [];
    /** The server closes connections of clients that do not read. New ones take their places. */
    const fill = async () => {
      clients = clients.filter((client) => !client.destroyed);
      while (clients.length < stopped) {
        const count = Math.min(10, stopped - clients.length);
        const some = Array.from({ length: count }, () => stopReading(new URL(url), values));
        clients.push(...(await Promise.all(some)));
      }
    };
    if (stopped > 0) {
      const alone = [];
      while (alone.length < COMPARED) alone.push(await scrape());
      await fill();
      await row('stopped');
      const beside = [];
      for (; beside.length < COMPARED; await fill()) beside.push(await scrape());
      const [low, median, high] = quartiles(beside.map((ms) => ms / middle(alone)));
      console.log(
        `Beside ${stopped} clients that have stopped reading, a scrape takes ${median} times (${low} to ${high}) as long as alone.`,
      );
    }
    let longest = 0;
    for (let done = 0, printed = 0; done < scrapes;) {
      const batch = await Promise.all(Array.from({ length: Math.min(atOnce, scrapes - done) }, scrape));
      longest = Math.max(longest, ...batch);
      done += batch.length;
      if (done * rows < (printed + 1) * scrapes) continue;
      printed = Math.floor((done * rows) / scrapes);
      await row(done, longest);
      longest = 0;
    }
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    await row('idle');
    console.log(`One exposition has ${mib(bytes)} MiB as it is sent.`);
    for (const client of clients) client.destroy();
  } finally {
    server.kill();
  }
}

/** Resolves when the client has got its first bytes. */
async function stopReading({ hostname, port }, { pipelined }) {
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(Number(pipelined)));
  await Promise.race([once(socket, 'readable'), once(socket, 'close')]);
  return socket;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
