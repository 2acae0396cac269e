/** Adds listeners to the process that do not count for the warning of too many listeners. */
export function withoutWarning(add: () => void): void {
  const most = process.getMaxListeners();
  process.setMaxListeners(0);
  try {
    add();
  } finally {
    process.setMaxListeners(most);
  }
}
