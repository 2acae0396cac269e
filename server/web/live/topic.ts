/** Something that changes, and the listeners that hear of it. */
import { useLayoutEffect, useReducer } from 'preact/hooks';
import { inFrame } from './frame';

export class Topic {
  readonly #listeners = new Set<() => void>();

  /** Listeners are called in the next frame, once for all changes until then. */
  changed(): void {
    for (const listener of this.#listeners) inFrame(listener);
  }

  /** @returns a function that ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** Renders the component again when a topic has changed. */
export function useTopics(...topics: readonly Topic[]): void {
  const [, render] = useReducer((turn: number, _: undefined) => turn + 1, 0);
  // Before anything else runs: between a rendering and a later effect, news would be missed.
  useLayoutEffect(() => {
    const listener = (): void => render(undefined);
    const ends = topics.map((topic) => topic.subscribe(listener));
    return () => {
      for (const end of ends) end();
    };
  }, topics);
}
