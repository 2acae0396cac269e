/** The form that a server with credentials shows: a user's password, or a token. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { begin } from '../live/session';

export function Login({ onDone }: { readonly onDone: () => void }) {
  const [byToken, setByToken] = useState(false);
  const [message, setMessage] = useState('');
  const [isBusy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), [byToken]);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    setBusy(true);
    const answer = await begin({ user: field('user'), password: field('password'), token: field('token') });
    setBusy(false);
    if (answer.ok) onDone();
    else if (!answer.locked) setMessage(answer.message);
    else setMessage(byToken ? 'The token is wrong.' : 'The user or the password is wrong.');
  };
  const change = (): void => {
    setByToken(!byToken);
    // The message was about the other way.
    setMessage('');
  };
  return (
    <main class="login">
      <h1>PM2 metrics</h1>
      <form onSubmit={(event) => void submit(event)} aria-label="Log in">
        {byToken ? (
          <label>
            Token
            <input ref={first} name="token" type="password" autocomplete="off" required />
          </label>
        ) : (
          <>
            <label>
              User
              <input ref={first} name="user" autocomplete="username" required />
            </label>
            <label>
              Password
              <input name="password" type="password" autocomplete="current-password" required />
            </label>
          </>
        )}
        {message !== '' && (
          <p class="bad" role="alert">
            {message}
          </p>
        )}
        <p class="actions">
          <button type="submit" class="main" disabled={isBusy}>
            Log in
          </button>
          <button type="button" class="quiet" onClick={change}>
            {byToken ? 'Use a password' : 'Use a token'}
          </button>
        </p>
      </form>
    </main>
  );
}
