/** @returns a function that ends the traffic */
export function startTraffic(port: number, period?: number | (() => number)): () => void;
