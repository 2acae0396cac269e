/** Sends commands of a test to a process that runs `host/control.js`. */
import { request } from 'node:http';

export type Command = <T = unknown>(what: string, argument?: unknown) => Promise<T>;

interface Answer {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly message?: string;
}

export async function command<T>(socketPath: string, what: string, argument: unknown = {}): Promise<T> {
  const answer = JSON.parse(await post(socketPath, JSON.stringify({ command: what, argument }))) as Answer;
  if (!answer.ok) throw new Error(`${what} failed in the host: ${answer.message}`);
  return answer.value as T;
}

function post(socketPath: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const req = request({ socketPath, method: 'POST', agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (data: string) => (text += data));
      res.on('end', () => resolve(text));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}
