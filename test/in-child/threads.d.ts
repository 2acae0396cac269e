/** Worker threads that have been asked for and have not ended. */
export function threads(): number;
