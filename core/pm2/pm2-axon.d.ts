/** The part of pm2-axon that is used by worker threads and by the metrics server; the package has no types. */
declare module 'pm2-axon' {
  import type { EventEmitter } from 'node:events';

  export interface ReqSocket extends EventEmitter {
    /** Whether a connection is open now. */
    readonly connected?: boolean;
    /** Answers waited for, by message id. An entry whose connection broke is never removed. */
    readonly callbacks: Record<string, unknown>;
    /** Milliseconds between attempts to connect: each pause is half as long again as the one before. */
    set(setting: 'retry timeout' | 'retry max timeout', ms: number): this;
    connect(port: number, host: string): this;
    connect(path: string): this;
    /** A Buffer that begins with `j:` is taken for JSON text by the other side. */
    send(message: Buffer, callback: AnswerCallback): void;
    close(): void;
  }

  /** `id` is set while the message is being sent. */
  export type AnswerCallback = ((answer: unknown) => void) & { id?: string };

  export function socket(type: 'req'): ReqSocket;
}
