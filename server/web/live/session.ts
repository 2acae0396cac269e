/** Whether there is a session to log out of: the cookie itself is hidden from scripts. */
import { logIn, logOut, type Answer } from './api';

const KEY = 'pm2-metrics-session';

export function hasSession(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export async function begin(fields: Readonly<Record<string, string>>): Promise<Answer<Response>> {
  const answer = await logIn(fields);
  if (answer.ok) note(() => localStorage.setItem(KEY, '1'));
  return answer;
}

export async function end(): Promise<void> {
  const answer = await logOut();
  // Otherwise there still is one, and the page goes on having a button that ends it.
  if (answer.ok) note(() => localStorage.removeItem(KEY));
  location.reload();
}

/** Never throws: a browser may be set to store nothing. */
function note(write: () => void): void {
  try {
    write();
  } catch {
    // There is no button then.
  }
}
