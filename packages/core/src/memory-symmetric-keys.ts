import type { KeyObject } from 'node:crypto';
import {
  type KeyRef,
  knownOptions,
  nodeCrypto,
  type OpenOperation,
  type SealOperation,
  SignError,
  type SymmetricKeyInfo,
  sanitizeText,
} from '@securosys/core';
import { openSoftly, sealSoftly, softKeyCheck, symmetricSpecOf } from './memory-symmetric.js';

/** A symmetric key of the caller's own, or a fresh one. */
export interface MemorySymmetricKeyOptions {
  readonly label: string;
  /** AES; default: a fresh one of 256 bits. */
  readonly secretKey?: KeyObject;
  /** Default: both. */
  readonly usages?: readonly ('encrypt' | 'decrypt')[];
}

/** The symmetric keys of a memory backend. */
export function memorySymmetricKeys() {
  const keys = new Map<string, { readonly info: SymmetricKeyInfo; readonly key: KeyObject }>();
  const copyOf = (info: SymmetricKeyInfo): SymmetricKeyInfo => ({
    ...info,
    ref: { ...info.ref },
    usages: [...info.usages],
  });

  function find({ label, id, checkSha256 }: KeyRef) {
    const found = label === undefined || id !== undefined ? undefined : keys.get(label);
    if (!found)
      throw new SignError('ERR_KEY_NOT_FOUND', `no symmetric key '${sanitizeText(label ?? '(without a label)')}' in memory`);
    const { checkSha256: own } = found.info.ref;
    if (checkSha256 !== undefined && own !== undefined && checkSha256 !== own)
      throw new SignError('ERR_KEY_CHANGED', `key '${sanitizeText(label ?? '')}' is not the one that was pinned`);
    return found;
  }

  return {
    has: (label: string) => keys.has(label),
    delete: (label: string) => keys.delete(label),
    clear: () => keys.clear(),
    describe: (ref: KeyRef) => copyOf(find(ref).info),
    add(options: MemorySymmetricKeyOptions): SymmetricKeyInfo {
      knownOptions('addSymmetricKey', options, ['label', 'secretKey', 'usages']);
      const { label, usages = ['encrypt', 'decrypt'] } = options;
      if (keys.has(label)) throw new SignError('ERR_KEY_EXISTS', `key '${sanitizeText(label)}' exists`);
      const key = options.secretKey ?? nodeCrypto().generateKeySync('aes', { length: 256 });
      const info: SymmetricKeyInfo = {
        ref: { label, ...(usages.includes('encrypt') && { checkSha256: softKeyCheck(key) }) },
        spec: symmetricSpecOf(key),
        usages: [...usages],
        needsApproval: false,
        assurance: 'software',
      };
      keys.set(label, { info, key });
      return copyOf(info);
    },
    use(operation: SealOperation | OpenOperation): Uint8Array {
      const { key, info } = find(operation.key);
      const usage = operation.kind === 'seal' ? 'encrypt' : 'decrypt';
      if (!info.usages.includes(usage)) throw new SignError('ERR_KEY_NOT_USABLE', `this key may not ${usage}`);
      return operation.kind === 'seal' ? sealSoftly(key, operation) : openSoftly(key, operation);
    },
  };
}
