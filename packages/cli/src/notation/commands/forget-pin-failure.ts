import { invalidArgument } from '@securosys/core';
import { isPkcs11 } from '../is-pkcs11.js';
import type { Command } from './command.js';
import { backendOptions, textValue, withBackend } from './key-work.js';

/** Lets the PIN of a token be tried again; says which token, because one more wrong PIN is one try less there. */
export const command: Command = {
  help: `Lets the PIN of the token be tried again that was wrong, after somebody has put
it right. A PIN file that was written again needs no such word. Nothing is tried
here.

  --config <path>          configuration`,
  options: backendOptions,
  run: async (values, process) =>
    withBackend(process, { path: textValue(values, 'config') }, async ({ backend }) => {
      if (!isPkcs11(backend)) return invalidArgument('only keys on a PKCS#11 token have a PIN');
      await backend.forgetPinFailure();
      return { text: `the next PIN for ${backend.id} will be tried`, json: { backend: backend.id } };
    }),
};
