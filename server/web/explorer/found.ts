/** The metrics that a search finds, as one types, and as metrics come and go. */
import { useEffect, useState } from 'preact/hooks';
import type { FoundMetrics } from '../../protocol/page';
import { findMetrics } from '../live/api';
import type { Connection } from '../live/stream';

const TYPING_MS = 80;
const AGAIN_MS = 5000;

export interface Found {
  /** What the last answer had. `undefined`: there was none yet. */
  readonly found: FoundMetrics | undefined;
  /** Why there is no answer: a sentence. */
  readonly message: string | null;
}

export function useFound(search: string, connection: Connection): Found {
  const [state, setState] = useState<Found>({ found: undefined, message: null });
  useEffect(() => {
    const ends = new AbortController();
    const ask = async (): Promise<void> => {
      const answer = await findMetrics(search, ends.signal);
      if (ends.signal.aborted) return;
      if (answer.ok) setState({ found: answer.value, message: null });
      else setState(({ found }) => ({ found, message: answer.message }));
      timer = setTimeout(() => void askWhenVisible(), AGAIN_MS);
    };
    const askWhenVisible = async (): Promise<void> => {
      if (!document.hidden) await ask();
      else timer = setTimeout(() => void askWhenVisible(), AGAIN_MS);
    };
    let timer = setTimeout(() => void ask(), state.found === undefined ? 0 : TYPING_MS);
    return () => {
      clearTimeout(timer);
      ends.abort();
    };
  }, [search, connection]);
  return state;
}
