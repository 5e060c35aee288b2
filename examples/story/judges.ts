// The real notation and the real cosign, each in a home of its own: they know nothing but the root and the public keys.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isInstalled, run } from './programs.js';

/** Whether both are installed; `INTEROP=required` makes it an error when they are not. */
export async function realVerifiers(): Promise<boolean> {
  const missing = [];
  for (const program of ['notation', 'cosign', 'referrers-registry']) if (!(await isInstalled(program))) missing.push(program);
  if (missing.length > 0 && process.env.INTEROP === 'required') throw new Error(`not installed: ${missing.join(', ')}`);
  return missing.length === 0;
}

/** What notation is told: the policy of our own verifier, and the root. */
export async function notationHome(folder: string, policy: object, root: string): Promise<NodeJS.ProcessEnv> {
  const home = resolve(folder);
  const store = join(home, 'truststore/x509/ca/acme');
  await mkdir(store, { recursive: true });
  await writeFile(join(store, 'root.pem'), root);
  // notation refuses a trust policy that others may write.
  await writeFile(join(home, 'trustpolicy.json'), JSON.stringify(policy), { mode: 0o600 });
  return { HOME: home, DOCKER_CONFIG: join(home, 'docker'), NOTATION_CONFIG: home, NOTATION_CACHE: join(home, 'cache') };
}

/** `notation verify`. @returns its sentence */
export async function notationVerify(reference: string, home: NodeJS.ProcessEnv): Promise<string> {
  const said = await run('notation', ['verify', '--insecure-registry', reference], home);
  const sentence = said.split('\n').find((line) => line.startsWith('Successfully verified signature for '));
  if (!sentence) throw new Error(said);
  return sentence;
}

/** `cosign verify` or `cosign verify-attestation`, without the internet. @returns how it begins its report */
export async function cosignVerify(reference: string, key: string, type?: string): Promise<string> {
  const home = resolve('cosign-home');
  const args = ['--key', key, '--insecure-ignore-tlog=true', ...(type ? ['--type', type] : []), reference];
  const said = await run('cosign', [type ? 'verify-attestation' : 'verify', ...args], { HOME: home, DOCKER_CONFIG: home });
  const [, digest = ''] = reference.split('@');
  if (!type && !said.includes(digest)) throw new Error(said);
  const sentence = said.split('\n').find((line) => line.includes('signatures were verified against the specified public key'));
  if (!sentence) throw new Error(said);
  return sentence.replace(/^\W+/, '');
}
