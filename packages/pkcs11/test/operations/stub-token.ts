import { type CallOptions, systemClock } from '@securosys/core';
import { mechanismFlags } from '../../src/cryptoki/flags.js';
import { CKM } from '../../src/cryptoki/mechanisms.js';
import { capabilitiesOf } from '../../src/operations/capabilities.js';
import type { UsableKey } from '../../src/operations/usable-key.js';
import type { UseContext } from '../../src/operations/use-context.js';
import type { PinRequest } from '../../src/pin/pin-provider.js';
import type { Mechanism } from '../../src/token/mechanism.js';
import type { Template } from '../../src/token/template.js';
import type { MechanismInfo, TokenCalls, UseOptions } from '../../src/token/token-calls.js';
import { tokenInfo } from '../fake-token.js';

/** One native operation that was asked for. */
export interface Asked {
  readonly call: string;
  readonly mechanism: Mechanism;
  readonly data: Uint8Array;
  readonly template?: Template;
  readonly options: UseOptions | undefined;
}

const all = Object.values(mechanismFlags).reduce((sum, flag) => sum | flag, 0);
const every = (info: Partial<MechanismInfo> = {}) =>
  new Map(Object.values(CKM).map((type) => [type as number, { minKeySize: 0, maxKeySize: 0, flags: all, ...info }]));

/** A token that notes what it is asked, and answers what it is told to. */
export function stubToken(answer: (asked: Asked) => Uint8Array = () => new Uint8Array(0), mechanisms = every()) {
  const asked: Asked[] = [];
  const note = async (one: Asked) => {
    asked.push(one);
    return answer(one);
  };
  const none = async () => {
    throw new Error('not asked for here');
  };
  const token: TokenCalls = {
    token: tokenInfo,
    epoch: 1,
    foundAgain: () => 0,
    mechanisms: async () => mechanisms,
    sign: (_, mechanism, data, _bytes, options) => note({ call: 'sign', mechanism, data, options }),
    encrypt: (_, mechanism, data, _bytes, options) => note({ call: 'encrypt', mechanism, data, options }),
    decrypt: (_, mechanism, data, _bytes, options) => note({ call: 'decrypt', mechanism, data, options }),
    deriveSecret: (_, mechanism, template, options) =>
      note({ call: 'derive', mechanism, data: new Uint8Array(0), template, options }),
    find: none,
    generateKeyPair: none,
    generateKey: none,
    createObject: none,
    destroyObject: none,
    wrapKey: none,
    unwrapKey: none,
  };
  const pins: PinRequest[] = [];
  const pin: UseContext['pin'] = {
    withPin<T>(request: PinRequest, attempt: (pin: string) => Promise<T>, _options?: CallOptions) {
      pins.push(request);
      return attempt('1234');
    },
  };
  const context: UseContext = { token, capabilities: capabilitiesOf(token), pin, clock: systemClock };
  return { context, token, asked, pins, mechanisms };
}

/** A key that may do everything but what is left out. */
export function stubKey(key: Partial<UsableKey> = {}): UsableKey {
  return {
    handle: { bytes: new Uint8Array(8), epoch: 1 },
    label: 'release',
    spec: 'rsa-2048',
    usages: ['sign', 'decrypt', 'derive'],
    alwaysAuthenticate: false,
    ...key,
  };
}
