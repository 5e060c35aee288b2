import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real certificate by OpenSSL: of a key of its own unless one is given. */
export function approverCertificate(
  commonName: string,
  pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
): { readonly certificate: Uint8Array; readonly spki: Uint8Array } {
  const folder = mkdtempSync(join(tmpdir(), 'approver-'));
  try {
    const file = join(folder, 'key.pem');
    writeFileSync(file, String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })), { mode: 0o600 });
    const subject = commonName === '' ? '/O=nobody' : `/CN=${commonName}`;
    const args = ['req', '-x509', '-key', file, '-subj', subject, '-days', '1', '-outform', 'DER'];
    const certificate = Uint8Array.from(execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    return { certificate, spki: Uint8Array.from(pair.publicKey.export({ type: 'spki', format: 'der' })) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
