/** Access to the page: log-in, and accessibility. */
import type { Page } from 'playwright-core';
import { axeObjections } from '../../web/support/axe';
import { shows } from '../../web/support/chromium';
import { PASSWORD, testOnCluster, TOKEN, USER } from './cluster';

/** Each view, and what it shows once it has its numbers. */
const VIEWS: readonly (readonly [hash: string, selector: string])[] = [
  ['#overview', '.events li'],
  ['#metrics?chart=shop_orders*total*route**&chart=catalogue_views*total*product**', '.card:nth-child(2) .legend li'],
  ['#cardinality', '.cardinality tbody tr'],
];

export function testAccess(): void {
  testOnCluster('axe has no objections to any view, light or dark', async (t, { open, openLoggedOut, complaints }) => {
    const check = async (page: Page, view: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        t.deepEqual(await axeObjections(page), [], `${view}, ${colorScheme}`);
      }
    };
    for (const [hash, selector] of VIEWS) {
      const page = await open(hash);
      await page.locator(selector).first().waitFor();
      await check(page, hash);
    }
    await check(await openLoggedOut(), 'log-in');
    forgetLocked(complaints);
  });

  testOnCluster('a wrong password and a wrong token show nothing, and the right ones all', async (t, context) => {
    const { openLoggedOut, complaints } = context;
    const page = await openLoggedOut();
    const enter = async (field: string, text: string): Promise<void> => {
      await page.getByLabel(field).fill(text);
      await page.keyboard.press('Enter');
    };
    const isRefused = async (why: string): Promise<void> => {
      await page.getByRole('alert').getByText(why, { exact: true }).waitFor();
      t.is(await page.locator('nav, main .process').count(), 0);
    };
    await page.getByLabel('User').fill(USER);
    await enter('Password', 'the wrong password');
    await isRefused('The user or the password is wrong.');
    await page.getByRole('button', { name: 'Use a token' }).click();
    await page.getByLabel('Token').waitFor();
    t.is(await page.getByRole('alert').count(), 0);
    await enter('Token', 'the-wrong-token');
    await isRefused('The token is wrong.');
    await enter('Token', TOKEN);
    await page.locator('.process').first().waitFor();
    // Scripts do not see the session.
    t.is(await page.evaluate('document.cookie'), '');

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('User').fill(USER);
    await enter('Password', PASSWORD);
    await page.locator('.process').first().waitFor();
    await page.reload();
    await page.locator('.process').first().waitFor();
    await shows(t, page, '.connection', ['live']);
    forgetLocked(complaints);
  });
}

/** The browser complains of each answer that says that a log-in is needed. */
function forgetLocked(complaints: string[]): void {
  const others = complaints.filter((complaint) => !complaint.includes('401'));
  complaints.splice(0, complaints.length, ...others);
}
