import {
  type CallOptions,
  type Clock,
  invalidArgument,
  type JsonObject,
  knownOptions,
  SignError,
  systemClock,
} from '@securosys/core';
import { endpoints } from '../api/endpoints.js';
import { innerRequest } from '../approver/inner-request.js';
import type { ApproverKey } from '../approver/key.js';
import { approverLogin } from '../approver/login.js';
import type { TsbClient } from '../client/client.js';
import { checkCallOptions, checkFunctions, checkObject } from '../client/options.js';

/** A request as its author wrote it. */
export interface OriginalRequest {
  /** Name of the inner object: `signRequest`, `decryptRequest`, … */
  readonly wrapper: string;
  /** The inner object. */
  readonly body: JsonObject;
}

/** Sees what people are asked. */
export interface RequestLookup {
  /** What a request that people still decide on asks for; `undefined` when this credential cannot see it. */
  originalOf(requestId: string, options?: CallOptions): Promise<OriginalRequest | undefined>;
}

/** Who looks. */
export interface RequestLookupOptions {
  /** A client that may call the approver's endpoints. */
  readonly client: TsbClient;
  /** The key of a person who is asked to approve such requests. Only its login is used: it approves nothing here. */
  readonly key: ApproverKey;
  readonly clock?: Clock;
}

/**
 * Looks requests up by the tasks of an approver (`tsb-rest-api.md` §5.1): the one way to tell which request is whose while people
 * still decide, because the API says nothing of a request but its state. The key could also approve: hold it in another process than
 * the one that asks, behind a {@link RequestLookup} of your own, if you can (S43).
 *
 * @throws SignError `ERR_INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { type ApproverKey, createRequestLookup, createTsbBackend, createTsbClient } from '@securosys/tsb-client';
 * declare const key: ApproverKey;
 *
 * const client = createTsbClient({ url: 'http://localhost:8080', auth: { type: 'none' } });
 * const backend = createTsbBackend({ client, requestLookup: createRequestLookup({ client, key }) });
 * ```
 */
export function createRequestLookup(options: RequestLookupOptions): RequestLookup {
  checkObject('options of createRequestLookup', options);
  knownOptions('createRequestLookup', options, ['client', 'key', 'clock']);
  const { client, key, clock = systemClock } = options;
  checkFunctions('client', client, ['call']);
  if (!client || typeof key?.sign !== 'function') invalidArgument('createRequestLookup needs a client and a key');
  return {
    async originalOf(requestId, call = {}) {
      checkCallOptions('originalOf', call);
      const login = await approverLogin(key, clock);
      const { tasks } = await client.call(endpoints.allTasks, { ...login, requestId, detailLevel: 'level3' }, call);
      const [task] = tasks;
      if (!task) return undefined;
      try {
        const { kind, body } = innerRequest(task);
        return { wrapper: kind.wrapper, body };
      } catch (error) {
        // A task that contradicts itself says nothing about whose it is.
        if (!SignError.is(error)) throw error;
        return undefined;
      }
    },
  };
}
