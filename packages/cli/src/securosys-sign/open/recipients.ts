import { invalidArgument, nodeCrypto, SignError, spkiOf } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { jweRecipient, pkcs7Recipient, providerRecipient, type Recipient, type RecipientKey } from '@securosys/sign';
import type { CommandContext } from '../context.js';

/** What packets of HSM keys are called, unless `ocicrypt.conf` of those who decrypt says otherwise. */
export const usualProvider = 'securosys';

async function publicKeyIn(context: CommandContext, path: string) {
  const bytes = await context.readFile(path, 'the public key');
  try {
    return nodeCrypto().createPublicKey(Buffer.from(bytes));
  } catch {
    throw new SignError('ERR_MALFORMED', 'the file of a recipient holds no public key or certificate in PEM'); // the platform says no more
  }
}

/**
 * Recipients as they are typed: `provider:<kid>:<file>` for a key in an HSM, `jwe:<file>` and `pkcs7:<file>` for people; files hold public
 * keys or certificates in PEM.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, those of reading files
 */
export async function recipientsOf(context: CommandContext): Promise<readonly Recipient[]> {
  const { words } = context;
  const keys: RecipientKey[] = [];
  const others: Recipient[] = [];
  for (const typed of words.list('recipient')) {
    const [scheme, ...rest] = typed.split(':');
    const [first = ''] = rest;
    if (scheme === 'provider' && rest.length > 1 && first !== '')
      keys.push({ kid: first, spki: spkiOf(await publicKeyIn(context, rest.slice(1).join(':'))) });
    else if (scheme === 'jwe' && first !== '')
      others.push(jweRecipient({ keys: [{ publicKey: await publicKeyIn(context, rest.join(':')) }] }));
    else if (scheme === 'pkcs7' && first !== '') {
      const certificates = parseCertificates(await context.readFile(rest.join(':'), 'the certificate'));
      others.push(pkcs7Recipient({ certificates: certificates.map(({ der }) => der) }));
    } else invalidArgument('--recipient is provider:<kid>:<file>, jwe:<file> or pkcs7:<file>');
  }
  if (keys.length + others.length === 0) invalidArgument('who shall be able to decrypt it? give --recipient');
  const name = words.text('provider-name') ?? usualProvider;
  return [...(keys.length > 0 ? [providerRecipient({ name, keys })] : []), ...others];
}
