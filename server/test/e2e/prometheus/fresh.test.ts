import { testWith } from '../../../../test/support/scrapers';
import { isConstant, relativeRates } from './fresh-tests';

testWith('prometheus')(
  'constant traffic has a constant rate, though collections of the interval are rare',
  async (t) => {
    t.timeout(600_000);
    const rates = await relativeRates(t, { everySeconds: [2], forSeconds: 20, least: 4 });
    // Each source in each view.
    t.is(rates.size, 6);
    for (const [what, all] of rates) {
      t.true(all.length >= 4, what);
      // From one collection in 10 s the rate is 0 at most of the scrapes.
      for (const one of all) t.true(isConstant(one, 0.25), `${what}: ${JSON.stringify(one)}`);
    }
  },
);
