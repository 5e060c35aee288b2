import type { KeyObject } from 'node:crypto';
import { invalidArgument, nodeCrypto, SignError, utf8Text } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { type ApproverKey, approverKeyFromCertificate, approverKeyFromPrivateKey } from '@securosys/tsb-client';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandContext } from '../context.js';
import { secretText } from '../settings/read-settings.js';
import type { Settings } from '../settings/settings.js';

const what = 'the approver key';

async function pemOf(settings: Settings): Promise<string> {
  const [file, text] = [settings.path('approverKeyFile'), settings.text('approverKey')];
  if (file !== undefined && text !== undefined) invalidArgument('approverKey and approverKeyFile stand side by side');
  if (text !== undefined) return text;
  if (file !== undefined) return utf8Text(await readNamedFile(file, what, 'private'), what);
  return invalidArgument('whose decision is it? give --approver-key-file: a private key in PEM');
}

async function passphraseOf(context: CommandContext, settings: Settings): Promise<string> {
  const [file, text] = [settings.path('approverKeyPasswordFile'), settings.text('approverKeyPassword')];
  if (text !== undefined) return text;
  if (file === undefined) return context.askSecret(`password of ${what}`);
  return secretText(await readNamedFile(file, `the password of ${what}`, 'private'), 'the password');
}

/** PKCS#8 says it in its first line, what came before it in its headers. */
const isEncrypted = (pem: string): boolean => /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem);

async function privateKeyOf(pem: string, passphrase: () => Promise<string>): Promise<KeyObject> {
  const { createPrivateKey } = nodeCrypto();
  const given = isEncrypted(pem) ? await passphrase() : undefined;
  try {
    return createPrivateKey({ key: pem, ...(given !== undefined && { passphrase: given }) });
  } catch {
    // What the platform says of a private key is not passed on.
    if (given === undefined) throw new SignError('ERR_MALFORMED', `${what} is no private key in PEM`);
    throw new SignError('ERR_AUTHENTICATION', `${what} does not open with its password`, {
      details: { advice: 'check the password: approverKeyPasswordFile, SECUROSYS_SIGN_APPROVER_KEY_PASSWORD, or type it again' },
    });
  }
}

/**
 * The key of whoever decides: a private key in PEM from a file (0600) or a variable; an encrypted one asks for its password where no file
 * and no variable has it.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, `ERR_AUTHENTICATION`, those of reading files
 */
export async function approverKeyOf(context: CommandContext): Promise<ApproverKey> {
  const settings = await context.settings();
  const key = approverKeyFromPrivateKey(await privateKeyOf(await pemOf(settings), () => passphraseOf(context, settings)));
  const path = settings.path('approverCertificate');
  if (path === undefined) return key;
  const [certificate] = parseCertificates(await readNamedFile(path, 'the approver certificate', 'own'));
  if (!certificate) throw new SignError('ERR_MALFORMED', 'the approver certificate holds no certificate');
  return approverKeyFromCertificate(certificate.der, key);
}
