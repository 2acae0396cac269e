import { testWith } from '../../../../test/support/scrapers';
import { relativeRates } from './fresh-tests';

testWith('prometheus')(
  'constant traffic has a constant rate, though collections of the interval are rare',
  async (t) => {
    const rates = await relativeRates(t, { everySeconds: [2], forSeconds: 20 });
    // Each source in each view.
    t.is(rates.size, 6);
    for (const [what, all] of rates) {
      t.true(all.length >= 4, what);
      // From one collection in 10 s the rate is 0 at most of the scrapes.
      for (const rate of all) t.true(rate > 0.75 && rate < 1.25, `${what}: ${rate}`);
    }
  },
);
