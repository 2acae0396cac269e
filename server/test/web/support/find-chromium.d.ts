export const LAUNCH_FLAGS: readonly string[];
export function findChromium(): string | undefined;
