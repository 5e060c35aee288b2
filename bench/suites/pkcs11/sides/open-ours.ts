import { openPkcs11 } from '@securosys/pkcs11';
import type { Job } from '../work.js';

/** Our backend on the token of a job, and the key in it. */
export async function openOurs({ token, key, lanes }: Job) {
  const { module, parameters, label, pin } = token;
  const backend = await openPkcs11({
    module,
    tokenLabel: label,
    pin,
    pinStateFolder: false,
    ...(parameters !== undefined && { libraryParameters: parameters }),
    ...(lanes !== undefined && { lanes }),
  });
  return { backend, key: { id: new Uint8Array(Buffer.from(key.id, 'hex')) } };
}
