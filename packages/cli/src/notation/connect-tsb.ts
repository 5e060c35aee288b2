import type { KeyBackend } from '@securosys/core';
import { createTsbBackend as connect } from '@securosys/tsb-client';
import type { OpenOptions } from './backends.js';
import type { Settings } from './settings.js';

/** Connects to the TSB of a configuration; nothing is sent before the first call. @throws SignError as `connectTsb` of the façade */
export function connectTsb(settings: Settings, keyPassword: OpenOptions['keyPassword']): KeyBackend {
  const { url, auth, apiKeys, ca, proxy, partition, applicationKey, allowPasswordInRequest } = settings;
  return connect({
    url,
    auth,
    app: 'notation-securosys',
    allowPasswordInRequest,
    ...(apiKeys && { apiKeys }),
    ...(ca && { ca }),
    ...(proxy && { proxy }),
    ...(partition !== undefined && { partition }),
    ...(applicationKey && { applicationKey }),
    ...(keyPassword && { keyPassword }),
  });
}
