// The key provider of these suites: keys and backend come from a file, as somebody's own provider would read its configuration.
import { readFile } from 'node:fs/promises';
import { connectPkcs11, connectTsb, createFolderStore } from '@securosys/sign';

/** @param {string} path settings, JSON: `name`, `tsb` or `pkcs11`, `keys`, `store`, `timeoutMs` */
export async function readPlugin(path) {
  const { name, tsb, pkcs11, keys, store, timeoutMs } = JSON.parse(await readFile(path, 'utf8'));
  return {
    name,
    timeoutMs,
    key(kid) {
      const key = Object.hasOwn(keys, kid) ? keys[kid] : undefined;
      return (
        key && { ref: { label: key.label }, publicKey: new Uint8Array(Buffer.from(key.spki, 'base64')), algorithm: key.algorithm }
      );
    },
    open: () => (tsb ? connectTsb(tsb) : connectPkcs11(pkcs11)),
    store: () => createFolderStore(store),
  };
}
