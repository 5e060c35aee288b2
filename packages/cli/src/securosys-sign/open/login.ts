import { base64Bytes, invalidArgument, utf8Text } from '@securosys/core';
import type { Credentials } from '@securosys/oci';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandContext } from '../context.js';

/** `user:password` at its first colon; white space behind the password is that of the file (`dct.md` §6.4). */
function loginOf(text: string, what: string): Credentials {
  const at = text.indexOf(':');
  if (at < 1) return invalidArgument(`${what} is not user:password`);
  return { username: text.slice(0, at), password: text.slice(at + 1).trimEnd() };
}

/** A login as `NOTARY_AUTH` has it, in base64. */
function encodedLogin(text: string, variable: string): Credentials {
  return loginOf(utf8Text(base64Bytes(text.trim(), variable), variable), `what ${variable} holds in base64`);
}

/**
 * A login of the settings: the file that they name, else the variable; absent where neither is there.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` without quoting it, those of reading files
 */
export async function configuredLogin(
  context: CommandContext,
  member: 'notaryLoginFile' | 'registryLoginFile',
  variable: 'NOTARY_AUTH' | 'REGISTRY_AUTH',
): Promise<Credentials | undefined> {
  const settings = await context.settings();
  const file = settings.path(member);
  if (file !== undefined) return loginOf(utf8Text(await readNamedFile(file, member, 'private'), member), member);
  const text = context.env[variable];
  return text ? encodedLogin(text, variable) : undefined;
}
