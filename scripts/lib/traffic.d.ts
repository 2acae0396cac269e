/** @returns ends it */
export function startTraffic(port: number, periodMs?: number): () => void;
