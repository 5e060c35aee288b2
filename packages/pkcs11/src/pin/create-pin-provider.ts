import { type CallOptions, knownOptions, SignError, sanitizeText, systemClock } from '@securosys/core';
import { waitingFor } from '../keys/waiting-for.js';
import { askSource, type GivenPin, shownSource } from './ask-source.js';
import { underAttemptLock } from './attempt-lock.js';
import { failureOf, triedBefore } from './pin-errors.js';
import { failureName, failuresInFolder, failuresInMemory, type TokenName } from './pin-failures.js';
import { type PinOptions, pinOptionNames } from './pin-options.js';
import type { PinProvider, PinRequest } from './pin-provider.js';
import { orderedSources, type SourceIdentity } from './pin-source.js';
import { usualStateFolder } from './state-folder.js';
import { checkPinFlags, needsLogin } from './token-flags.js';

const tokenKey = ({ serial, label }: TokenName): string => JSON.stringify([serial, label]);

function noPin({ label }: TokenName, sources: readonly string[]): SignError {
  const where =
    sources.length === 0 ? 'say pin, as { file }, { env }, a function or a text' : `looked for in ${sources.join(', then ')}`;
  return new SignError('ERR_AUTHENTICATION', `there is no PIN for token '${sanitizeText(label, 40)}': ${where}`, {
    details: { tokenLabel: label },
  });
}

/**
 * PINs by the rules of `pkcs11.md` §5.2. They are in closures only: nothing that can be printed has one.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_STORE` when there is no folder to remember failures in
 */
export function createPinProvider(options: PinOptions = {}): PinProvider {
  knownOptions('createPinProvider', options, pinOptionNames);
  const { env = process.env, clock = systemClock, pinVersion = '', allowFinalTry = false } = options;
  const sources = orderedSources(options.sources ?? []);
  const { stateFolder = sources.length === 0 ? false : usualStateFolder(env) } = options;
  const failures = stateFolder === false ? failuresInMemory() : failuresInFolder(stateFolder);
  // What has logged in here already needs no waiting for other processes: they try the same PIN.
  const proven = new Set<string>();
  const kept = new Map<string, GivenPin>();
  const turns = new Map<string, Promise<unknown>>();
  const provenKey = (token: TokenName, { name, version }: SourceIdentity) => JSON.stringify([tokenKey(token), name, version]);

  async function checkFailures(token: TokenName, identity: SourceIdentity, source: string): Promise<void> {
    const failure = await failures.find(token, identity);
    if (failure) throw triedBefore(token, failure, source, failures.place(token, identity));
  }

  async function pinFor(request: PinRequest, finalTry: boolean, { signal, logger }: CallOptions): Promise<GivenPin> {
    const { token } = request;
    const check = (identity: SourceIdentity, source: string) => checkFailures(token, identity, source);
    const own = kept.get(tokenKey(token));
    if (own) return own;
    const asking = { request, finalTry, version: pinVersion, env, check, ...(signal && { signal }), ...(logger && { logger }) };
    for (const source of sources) {
      const given = await askSource(source, asking);
      if (given) return given;
    }
    throw noPin(token, sources.map(shownSource));
  }

  async function tryPin<T>(token: TokenName, given: GivenPin, attempt: (pin: string) => Promise<T>): Promise<T> {
    const { identity, source, pin } = given;
    const key = provenKey(token, identity);
    // Again: another process may have tried it while this one waited.
    await checkFailures(token, identity, source);
    try {
      const result = await attempt(pin());
      if (!proven.has(key)) await failures.forget(token, identity);
      proven.add(key);
      if (options.cachePinForRelogin) kept.set(tokenKey(token), given);
      return result;
    } catch (error) {
      const ckr = failureOf(error, proven.has(key));
      if (ckr !== undefined) {
        await failures.remember(token, identity, ckr);
        proven.delete(key);
        kept.delete(tokenKey(token));
      }
      throw error;
    }
  }

  async function withPin<T>(request: PinRequest, attempt: (pin: string) => Promise<T>, call: CallOptions = {}): Promise<T> {
    const { token } = request;
    const { signal, logger = options.logger } = call;
    signal?.throwIfAborted();
    const { finalTry } = checkPinFlags(token, { allowFinalTry, ...(logger && { logger }) });
    const asked = pinFor(request, finalTry, { ...(signal && { signal }), ...(logger && { logger }) });
    // Whoever is asked may never answer.
    const given = await waitingFor(asked, { ...(signal && { signal }) }, clock);
    signal?.throwIfAborted();
    const { folder } = failures;
    if (folder === undefined || proven.has(provenKey(token, given.identity))) return tryPin(token, given, attempt);
    const name = `${failureName(token, given.identity)}-${request.purpose}`;
    return underAttemptLock({ folder, name, clock, ...(signal && { signal }) }, () => tryPin(token, given, attempt));
  }

  return {
    required: needsLogin,
    withPin: (request, attempt, call) => {
      // A use of a key may have to log in again before it comes to its own PIN: it must not wait for itself.
      const key = `${request.purpose} ${tokenKey(request.token)}`;
      const turn = (turns.get(key) ?? Promise.resolve()).then(() => withPin(request, attempt, call));
      // Without its result, which may be a secret, and whatever it came to.
      const over = () => undefined;
      turns.set(key, turn.then(over, over));
      return turn;
    },
    forgetFailure: async (token) => {
      kept.delete(tokenKey(token));
      await failures.forget(token);
    },
  };
}
