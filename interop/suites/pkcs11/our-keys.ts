import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigner, type KeyRef, type KeySpec, type SignatureAlgorithm, SignError } from '@securosys/core';
import type { Pkcs11Backend } from '@securosys/pkcs11';
import { pemBytes, prepareCsr } from '@securosys/pki';
import { OpensslCa } from '../../lib/openssl.js';
import { run } from '../../lib/process.js';
import { judgeOf, tokenInput } from './judge.js';
import { signed } from './their-keys.js';
import { certutil, type MadeToken, pkcs11Tool } from './tokens.js';
import { algorithms, specs, type World } from './world.js';

const pss = (hash: string) => [
  'RSA-PKCS-PSS',
  '--hash-algorithm',
  `SHA${hash}`,
  '--mgf',
  `MGF1-SHA${hash}`,
  '--salt-len',
  'digest',
];
const ecdsa = ['ECDSA', '--signature-format', 'rs'];

/** How pkcs11-tool calls what our algorithms do; it takes what the token takes. */
const mechanisms: Partial<Record<SignatureAlgorithm, readonly string[]>> = {
  'rsa-pss-sha256': pss('256'),
  'rsa-pss-sha384': pss('384'),
  'rsa-pss-sha512': pss('512'),
  'ecdsa-sha256': ecdsa,
  'ecdsa-sha384': ecdsa,
  'ecdsa-sha512': ecdsa,
  ed25519: ['EDDSA'],
};

/** Its options name a salt by its bytes. */
const saltOf = (algorithm: SignatureAlgorithm) => (word: string) =>
  word === 'digest' ? `${Number(algorithm.slice(-3)) / 8}` : word;

function mechanismOf(algorithm: SignatureAlgorithm): string[] {
  return ['--mechanism', ...(mechanisms[algorithm] as readonly string[]).map(saltOf(algorithm))];
}

/** pkcs11-tool's verdict about a signature, by the public key on the token. */
async function theyVerify(
  { module, label, env, folder }: MadeToken,
  id: string,
  algorithm: SignatureAlgorithm,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<string> {
  const [input, signed] = [join(folder, 'input'), join(folder, 'signature')];
  await writeFile(input, tokenInput(algorithm, message));
  await writeFile(signed, signature);
  const files = ['--input-file', input, '--signature-file', signed];
  const args = ['--module', module, '--token-label', label, '--verify', '--id', id, ...mechanismOf(algorithm), ...files];
  const { stdout, stderr } = await run('pkcs11-tool', args, { env: { ...process.env, ...env } });
  return stdout + stderr;
}

/** Keys and certificates that we write: pkcs11-tool reads them, uses them, and verifies what we sign with them. */
export async function ourKeys({ report, scope, softhsm, open }: World): Promise<void> {
  const backend = await open(softhsm);
  for (const spec of specs) {
    const algorithm: SignatureAlgorithm = algorithms[spec][0];
    await report.case(`pkcs11-tool reads our ${spec} key, verifies what we sign and signs what we verify`, async () => {
      const { ref, spki } = await backend.createKey({ label: `ours ${spec}`, spec });
      const id = Buffer.from(ref.id as Uint8Array).toString('hex');
      const listed = await pkcs11Tool(softhsm, '--list-objects', '--id', id);
      assert.match(listed, new RegExp(`label: +ours ${spec}\\n +ID: +${id}`));
      assert.match(listed, /sensitive, always sensitive, never extractable, local/);
      const message = randomBytes(50);
      const signature = await signed(backend, ref, algorithm, message);
      assert.match(await theyVerify(softhsm, id, algorithm, message, signature), /Signature is valid/);
      signature.set([(signature.at(-1) ?? 0) ^ 1], signature.length - 1);
      assert.match(await theyVerify(softhsm, id, algorithm, message, signature), /Invalid signature|CKR_SIGNATURE_INVALID/);
      const [input, output] = [join(softhsm.folder, 'input'), join(softhsm.folder, 'output')];
      await writeFile(input, tokenInput(algorithm, message));
      await pkcs11Tool(softhsm, '--sign', '--id', id, ...mechanismOf(algorithm), '--input-file', input, '--output-file', output);
      assert.ok(judgeOf(spki, algorithm)(message, await readFile(output)));
      await backend.deleteKey(ref);
      assert.ok(!(await pkcs11Tool(softhsm, '--list-objects')).includes(id));
    });
  }
  await report.case('pkcs11-tool reads the chain that we store, and we read a certificate that it writes', async () => {
    const ca = await OpensslCa.create(await scope.folder());
    const made = await backend.createKey({ label: 'with a chain', spec: 'ec-p256' });
    const id = Buffer.from(made.ref.id as Uint8Array).toString('hex');
    const issued = await ca.certify('ours', await requestOf(backend, made.ref));
    const chain = pemBytes(await readFile(issued, 'utf8'), 'CERTIFICATE');
    await backend.storeCertificates(made.ref, chain);
    const file = join(softhsm.folder, 'certificate');
    await pkcs11Tool(softhsm, '--read-object', '--type', 'cert', '--id', id, '--output-file', file);
    assert.deepEqual(await readFile(file), Buffer.from(chain[0] as Uint8Array));
    assert.deepEqual(
      (await backend.certificates(made.ref)).map((der) => Buffer.from(der)),
      chain.map((der) => Buffer.from(der)),
    );
    await backend.deleteKey(made.ref, { certificates: true });

    const other = { id: new Uint8Array(Buffer.from(softhsm.keys['ec-p384']?.id ?? '', 'hex')) };
    const [leaf] = pemBytes(await readFile(await ca.certify('theirs', await requestOf(backend, other)), 'utf8'), 'CERTIFICATE');
    await writeFile(file, leaf as Uint8Array);
    const named = ['--id', Buffer.from(other.id).toString('hex'), '--label', 'theirs'];
    await pkcs11Tool(softhsm, '--write-object', file, '--type', 'cert', ...named);
    const [found] = await backend.certificates(other);
    assert.deepEqual(Buffer.from(found ?? []), Buffer.from(leaf as Uint8Array));
  });
}

/** PKCS#10, DER, signed by the key on the token. */
async function requestOf(backend: Pkcs11Backend, ref: KeyRef): Promise<Uint8Array> {
  const owner = createSigner(backend, ref, { allowCertificates: true });
  const prepared = await prepareCsr({ subject: 'CN=ours,O=Acme,ST=Zurich,C=CH', key: await owner.describe() });
  const signatures: Record<string, Uint8Array> = {};
  for (const part of prepared.parts) signatures[part.id] = await owner.sign(part);
  return prepared.assemble(signatures);
}

/** What NSS can do, made by us and shown by certutil; what it cannot is refused by name. */
export async function onNss({ report, nss, open }: World): Promise<void> {
  const backend = await open(nss);
  for (const spec of ['rsa-2048', 'ec-p384'] as const satisfies KeySpec[])
    await report.case(`NSS: a ${spec} key that we make signs, and certutil lists it`, async () => {
      const { ref, spki } = await backend.createKey({ label: `nss ${spec}`, spec });
      const algorithm = algorithms[spec][0];
      const message = randomBytes(30);
      assert.ok(judgeOf(spki, algorithm)(message, await signed(backend, ref, algorithm, message)));
      const id = Buffer.from(ref.id as Uint8Array).toString('hex');
      assert.ok((await certutil(nss, '-K')).includes(id));
    });
  await report.case('NSS: the certificate that certutil made is that of its key', async () => {
    const made = nss.keys['ec-p256'];
    assert.ok(made);
    const [certificate] = await backend.certificates({ id: new Uint8Array(Buffer.from(made.id, 'hex')) });
    const [shown] = pemBytes(await certutil(nss, '-L', '-n', 'ec-p256', '-a'), 'CERTIFICATE');
    assert.deepEqual(Buffer.from(certificate ?? []), Buffer.from(shown ?? [1]));
  });
  await report.case('NSS: Ed25519, which it does not have, is refused by name', async () => {
    await assert.rejects(backend.createKey({ label: 'nss ed25519', spec: 'ed25519' }), (error) => {
      assert.ok(SignError.is(error, 'ERR_ALGORITHM_UNSUPPORTED'), String(error));
      return true;
    });
  });
}
