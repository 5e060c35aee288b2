import type { JsonObject, KeyBackend } from '@securosys/core';

import { createTsbBackend, type TsbAuth, type TsbBackendOptions } from '@securosys/tsb-client';
import { type Policy, policyDto } from '@securosys/tsb-client/api';
import { createLeanFetch, type LeanFetch } from '../http/lean-fetch.js';
import type { OpenOptions } from './backends.js';
import type { TsbSettings } from './tsb-settings.js';

const pem = async (source: unknown): Promise<string> => String(typeof source === 'function' ? await source() : source);

function identityOf(auth: TsbAuth) {
  if (auth.type !== 'certificate') return undefined;
  return async () => ({ certificate: await pem(auth.certificate), privateKey: await pem(auth.privateKey) });
}

/** A proxy needs the whole client. */
function leanFetch({ proxy, auth, ca }: TsbSettings): LeanFetch | undefined {
  const identity = identityOf(auth);
  return proxy !== undefined ? undefined : createLeanFetch({ ...(ca && { ca }), ...(identity && { identity }) });
}

/** Connects to the TSB of a configuration; nothing is sent before the first call. @throws SignError as `createTsbBackend` */
export function connectTsb(settings: TsbSettings, open: Pick<OpenOptions, 'app' | 'keyPassword' | 'askAssurance'>): KeyBackend {
  const { app, keyPassword, askAssurance } = open;
  const { url, auth, apiKeys, ca, proxy, partition, applicationKey, allowPasswordInRequest } = settings;
  const lean = leanFetch(settings);
  const options: TsbBackendOptions = {
    url,
    auth,
    app,
    allowPasswordInRequest,
    ...(askAssurance !== undefined && { askAssurance }),
    ...(lean ? { fetch: lean.fetch } : { ...(ca && { ca }), ...(proxy && { proxy }) }),
    ...(apiKeys && { apiKeys }),
    ...(partition !== undefined && { partition }),
    ...(applicationKey && { applicationKey }),
    ...(keyPassword && { keyPassword }),
  };
  const backend = createTsbBackend(options);
  const { close } = backend;
  return lean
    ? Object.assign(backend, {
        close: async () => {
          lean.close();
          await close.call(backend);
        },
      })
    : backend;
}

/**
 * The rules of a new key, member by member as the TSB takes them; it is not blocked unless they say so.
 * @throws SignError `ERR_INVALID_ARGUMENT` naming the members that are wrong
 */
export const keyPolicy = (json: JsonObject): Policy => policyDto.sent.parse({ keyStatus: { blocked: false }, ...json });
