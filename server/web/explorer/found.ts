/** The metrics that a search finds, while the user types, and as metrics come and go. */
import { useEffect, useRef, useState } from 'preact/hooks';
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
  // One at a time: the server goes on searching for what was typed before, also when its answer is not wanted any more.
  const last = useRef<Promise<unknown>>(Promise.resolve());
  useEffect(() => {
    let isCurrent = true;
    const ask = async (): Promise<void> => {
      await last.current;
      if (!isCurrent) return;
      const asking = findMetrics(search);
      last.current = asking;
      const answer = await asking;
      if (!isCurrent) return;
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
      isCurrent = false;
    };
  }, [search, connection]);
  return state;
}
