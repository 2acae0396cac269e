/** The configured user and tokens, compared in constant time. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import type { ServerOptions } from '../../options/options';
import { follow } from '../followed-files';

export interface Credentials {
  readonly basic: boolean;
  readonly bearer: boolean;
  /** Counts the changes of the files: a session that began before a change is no longer valid. */
  readonly version: number;
  isUser(name: string, password: string): boolean;
  isToken(token: string): boolean;
  stop(): void;
}

/** The digests have one length for all inputs. Without the key, a measured partial match reveals nothing about the input. */
const KEY = randomBytes(32);
const digest = (text: string): Buffer => createHmac('sha256', KEY).update(text).digest();

/** Rejects if a file cannot be read or has no password. */
export async function readCredentials(options: ServerOptions, log: Logger): Promise<Credentials> {
  const { basicAuthUser, basicAuthPassword, basicAuthPasswordFile, bearerTokenFiles, bearerTokens } = options;
  const stops: (() => void)[] = [];
  let password = basicAuthPassword === undefined ? undefined : digest(basicAuthPassword.reveal());
  const fixedTokens = bearerTokens.map((token) => digest(token.reveal()));
  let tokens: readonly Buffer[] = fixedTokens;
  let version = 0;

  if (basicAuthPasswordFile !== undefined) {
    const take = ([content = '']: readonly string[]): void => {
      const line = content.replace(/\r?\n$/, '');
      if (line === '') throw new Error(`${basicAuthPasswordFile} is empty, expected a password`);
      password = digest(line);
      version++;
    };
    const fail = (error: unknown): void =>
      log.error({ err: error }, 'The password file has changed and cannot be used: the old password stays valid');
    stops.push(await follow({ paths: [basicAuthPasswordFile], take, fail }));
  }
  if (bearerTokenFiles.length > 0) {
    // A file without tokens is valid: it takes the access away.
    const take = (contents: readonly string[]): void => {
      const lines = contents.flatMap((content) => content.split('\n')).map((line) => line.trim());
      tokens = [...fixedTokens, ...lines.filter((line) => line !== '').map(digest)];
      version++;
    };
    const fail = (error: unknown): void =>
      log.error({ err: error }, 'Token files have changed and cannot be used: the old tokens stay valid');
    stops.push(await follow({ paths: bearerTokenFiles, take, fail }));
  }

  const user = basicAuthUser === undefined ? undefined : digest(basicAuthUser);
  return {
    basic: user !== undefined,
    bearer: bearerTokens.length + bearerTokenFiles.length > 0,
    get version() {
      return version;
    },
    isUser(name, given) {
      // Always compares both: the duration must not reveal whether the name is right.
      const isName = user !== undefined && timingSafeEqual(user, digest(name));
      const isPassword = password !== undefined && timingSafeEqual(password, digest(given));
      return isName && isPassword;
    },
    isToken(token) {
      const given = digest(token);
      return tokens.filter((known) => timingSafeEqual(known, given)).length > 0;
    },
    stop: () => stops.forEach((stop) => stop()),
  };
}
