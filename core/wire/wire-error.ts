/** Why a payload cannot be decoded. */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(
    readonly code: 'VERSION' | 'MALFORMED' | 'TOO_LARGE' | 'MISSING_PAGES',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new WireError('MALFORMED', `not a snapshot: ${what}`);
}
