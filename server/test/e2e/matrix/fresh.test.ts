import { testWith } from '../../../../test/support/scrapers';
import { isConstant, relativeRates } from '../prometheus/fresh-tests';

testWith('prometheus')(
  'constant traffic has a constant rate at every step, with scrapes every 7 and 15 seconds',
  async (t) => {
    t.timeout(1_200_000);
    const rates = await relativeRates(t, { everySeconds: [7, 15], forSeconds: 240, least: 8 });
    // Each source in each view, at each interval.
    t.is(rates.size, 12);
    for (const [what, all] of rates) {
      t.true(all.length >= 8, what);
      for (const one of all) t.true(isConstant(one, 0.03), `${what}: ${JSON.stringify(one)}`);
    }
  },
);
