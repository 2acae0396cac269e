/**
 * fast-check, with the same random cases in each run of `npm test`, so that a change fails for what it changes. The full run
 * has new ones each time: what fails says its seed.
 */
import * as fc from 'fast-check';

if (process.env['TEST_MATRIX'] !== '1') fc.configureGlobal({ seed: 20 });

export * from 'fast-check';
