'use strict';

/**
 * A process that does tries of one kind: `run.js <kind> <first seed> <count>`. It prints the seed before each try, so that
 * the last one is to blame for the end of the process, and a line for each that fails.
 */
const { once } = require('node:events');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { inspect } = require('node:util');
const { randomOf } = require('./random');
const tries = require('./tries');

const [kind, first, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

async function main() {
  for (let seed = first; seed < first + count; seed++) {
    const failures = [];
    const unhandled = (error) => failures.push(`an unhandled rejection: ${describe(error)}`);
    const uncaught = (error) => failures.push(`an uncaught exception: ${describe(error)}`);
    process.on('unhandledRejection', unhandled).on('uncaughtException', uncaught);
    process.stdout.write(`try ${seed}\n`);
    try {
      await tries[kind](randomOf(seed), (row) => process.stdout.write(`row ${seed} ${JSON.stringify(row)}\n`));
    } catch (error) {
      failures.push(describe(error));
    }
    await nextTurn();
    process.off('unhandledRejection', unhandled).off('uncaughtException', uncaught);
    if (failures.length > 0) process.stdout.write(`failed ${seed} ${JSON.stringify(failures[0])}\n`);
  }
  process.disconnect?.();
  if (process.stdout.writableLength > 0) await once(process.stdout, 'drain');
  process.exit();
}

function describe(error) {
  try {
    return (inspect(error).match(/^.*(\n {4}at .*){0,3}/)?.[0] ?? '').slice(0, 400);
  } catch {
    return typeof error;
  }
}

void main();
