/** Listens on the channel to PM2's daemon without keeping the process alive, as other listeners do. */

/** In Node.js since version 8 and used by its own modules, but not documented. */
interface CountedChannel {
  refCounted?(): void;
  unrefCounted?(): void;
}

export interface Listening {
  /** Listens again where the app has removed all listeners of the event. Returns whether it had. */
  renew(): boolean;
  /** Repeatable. */
  stop(): void;
}

export function listenOnChannel(event: 'message' | 'disconnect', listener: (argument: unknown) => void): Listening {
  const isHeard = (): boolean => process.listeners(event as 'message').includes(listener);
  process.on(event as 'message', listener);
  // Unref the channel: this listener must not keep the process alive. Counted, since other listeners may keep it alive.
  const channel = process.channel as CountedChannel | undefined;
  const counted = typeof channel?.unrefCounted === 'function' && typeof channel.refCounted === 'function';
  if (counted) channel.unrefCounted?.();
  let listening = true;
  return {
    renew() {
      if (!listening || isHeard()) return false;
      // Node.js has counted the removal, which the first unref had anticipated: adding it evens that out.
      process.on(event as 'message', listener);
      return true;
    },
    stop() {
      if (!listening) return;
      listening = false;
      const removed = !isHeard();
      if (counted) channel.refCounted?.();
      if (!removed) process.off(event, listener);
    },
  };
}
