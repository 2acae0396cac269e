/** The stream of events: opened again whenever it is lost, and given up only where the server wants credentials. */
import { getOverview, LIVE_PATH, tryStream, type Answer } from './api';

export type Connection = 'connecting' | 'live' | 'lost' | 'locked';
export type Events = Readonly<Record<string, (data: never) => void>>;

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 5000;
/** Without an event for so long, the stream is opened anew: a connection may end without a word, behind a proxy too. */
const QUIET_MS = 20_000;
const CHECK_MS = 5000;

export class Stream {
  readonly #events: Events;
  readonly #onConnection: (connection: Connection, message: string) => void;
  #source: EventSource | undefined;
  #retryMs = FIRST_RETRY_MS;
  #timer: number | undefined;
  #heardAt = 0;

  /** @param events by name: what is called with an event's data */
  constructor(events: Events, onConnection: (connection: Connection, message: string) => void) {
    this.#events = events;
    this.#onConnection = onConnection;
    addEventListener('online', () => this.#reopen());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#reopen();
    });
    setInterval(() => void this.#checkQuiet(), CHECK_MS);
  }

  open(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    const source = new EventSource(LIVE_PATH);
    this.#source = source;
    this.#heardAt = performance.now();
    for (const [name, handle] of Object.entries(this.#events)) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.#heardAt = performance.now();
        if (name === 'hello') {
          this.#retryMs = FIRST_RETRY_MS;
          this.#onConnection('live', '');
        }
        handle(JSON.parse(event.data) as never);
      });
    }
    source.addEventListener('error', () => void this.#lost(source));
  }

  /** @param known what the server has answered; without it, it is asked */
  async #lost(source: EventSource, known?: Answer<unknown>): Promise<void> {
    if (source !== this.#source) return;
    this.#source.close();
    this.#source = undefined;
    const tried = known ?? (await tryStream());
    if (this.#source !== undefined) return;
    if (!tried.ok && tried.locked) {
      this.#onConnection('locked', '');
      return;
    }
    this.#onConnection('lost', tried.ok ? '' : tried.message);
    this.#timer = setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2);
  }

  /** Opens the stream at once if it waits for the next attempt. */
  #reopen(): void {
    if (this.#timer !== undefined) this.open();
  }

  async #checkQuiet(): Promise<void> {
    const source = this.#source;
    if (source === undefined || performance.now() - this.#heardAt < QUIET_MS) return;
    const answer = await getOverview();
    if (!answer.ok) await this.#lost(source, answer);
    else if (source === this.#source) this.open();
  }
}
