import { equalBytes, isoSeconds, type KeyBackend, type KeyInfo } from '@securosys/core';
import { parseCertificate } from '@securosys/pki';
import type { CommandContext } from '../context.js';
import { chainOf } from '../open/key-chain.js';
import type { NamedKey } from '../open/key-settings.js';

import { type Finding, findingOf, ok, problem, warning } from './finding.js';

const check = 'certificate';
const soonMs = 30 * 86_400_000;

function judge(der: Uint8Array, info: KeyInfo, now: number): Finding {
  const { spki, notBefore, notAfter } = parseCertificate(der);
  const [from, until] = [Number(notBefore), Number(notAfter)];
  if (!equalBytes(spki, info.spki))
    return problem(
      check,
      'the first certificate of the chain is of another key',
      'put the certificate of this key first: --chain',
    );
  if (now < from) return problem(check, `it is not valid before ${isoSeconds(from)}`, 'check the clock of this machine');
  if (now > until) return problem(check, `it has expired at ${isoSeconds(until)}`, 'have a new one issued for this key');
  if (until - now < soonMs) return warning(check, `it expires at ${isoSeconds(until)}`, 'have a new one issued for this key');
  return ok(check, `it is of this key, and valid until ${isoSeconds(until)}`);
}

/** Whether the key has a certificate that signatures can be verified by. */
export async function checkCertificate(
  context: CommandContext,
  backend: KeyBackend,
  key: NamedKey,
  info: KeyInfo,
): Promise<Finding> {
  const { clock, signal } = context;
  try {
    const chain = (await chainOf(context, key, backend)) ?? (await backend.certificates?.(key.ref, { signal })) ?? [];
    const [leaf] = chain;
    if (!leaf)
      return warning(
        check,
        'the key has none: Notary signatures need one, those of cosign do not',
        'have one issued: cert csr, then cert import; or cert self-sign; or give --chain',
      );
    return judge(leaf, info, clock.now());
  } catch (error) {
    return findingOf(check, error);
  }
}
