import { type KeyBackend, type KeyInfo, SignError } from '@securosys/core';
import type { CommandContext } from '../context.js';
import type { NamedKey } from '../open/key-settings.js';
import { type Finding, findingOf, ok, problem, warning } from './finding.js';

/** Which check an error of a backend belongs to. */
function checkOf(error: unknown): string {
  if (!SignError.is(error)) return 'connection';
  if (error.code === 'ERR_AUTHENTICATION' || error.code === 'ERR_FORBIDDEN') return 'token';
  return error.code.startsWith('ERR_KEY_') ? 'key' : 'connection';
}

/** What there is to say about a key that was found. */
export function checkKey({ ref, blocked, needsApproval, assurance, usages }: KeyInfo): Finding[] {
  const name = ref.label ?? ref.spkiSha256 ?? 'the key';
  const found: Finding[] = [];
  if (blocked)
    found.push(problem('key', `${name} is blocked: it refuses every use`, 'ask who blocked it; key unblock lifts the block'));
  if (!usages.includes('sign'))
    found.push(
      warning(
        'key',
        `${name} may not sign: it is for ${usages.join(' and ') || 'nothing'}`,
        'name another key to sign with: --key',
      ),
    );
  if (assurance === 'emulated')
    found.push(warning('key', `${name} is a key of an emulator: its signatures prove nothing`, 'for development only'));
  if (needsApproval === false)
    found.push(
      warning(
        'key',
        `nobody has to approve the use of ${name}: whoever has the login can sign`,
        'make a key with rules: key create --rules',
      ),
    );
  return found.length > 0 ? found : [ok('key', `${name} is there and can be used`)];
}

/** Whether the backend answers, takes the login, and has the key. */
export async function checkBackend(
  { signal }: CommandContext,
  backend: KeyBackend,
  key: NamedKey | undefined,
): Promise<{ readonly findings: readonly Finding[]; readonly info?: KeyInfo }> {
  try {
    if (key) {
      const info = await backend.describeKey(key.ref, { signal });
      return { findings: [ok('connection', 'the backend answers and takes the login'), ...checkKey(info)], info };
    }
    await backend.listKeys?.({ signal })[Symbol.asyncIterator]().next();
    const unnamed = warning('key', 'no key is named', 'give --key, or key in the configuration');
    return { findings: [ok('connection', 'the backend answers and takes the login'), unnamed] };
  } catch (error) {
    return { findings: [findingOf(checkOf(error), error)] };
  }
}
