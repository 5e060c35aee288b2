import { join } from 'node:path';
import { equalBytes, nodeFiles, SignError, sha256Hex } from '@securosys/core';
import { type Certificate, checkNotaryChain, issuedBy, parseCertificates, pemText } from '@securosys/pki';
import { readNamedFile, readOwnFile } from '../files/read-file.js';
import { makeOwnFolder, writeOwnFile } from '../files/write-file.js';

const fileNamed = (folder: string, spkiSha256: string): string => join(folder, `${spkiSha256}.pem`);
const fileOf = (folder: string, spki: Uint8Array): string => fileNamed(folder, sha256Hex(spki));

/**
 * Puts certificates in order, leaf first: each is followed by the one that issued it. What does not belong to the leaf is left out.
 * @throws SignError `ERR_CHAIN_INVALID` when none of them is for the key
 */
export function orderChain(spki: Uint8Array, certificates: readonly Certificate[]): readonly Certificate[] {
  const leaf = certificates.find((one) => equalBytes(one.spki, spki));
  if (!leaf)
    throw new SignError('ERR_CHAIN_INVALID', 'none of the certificates is for this key', { details: { rule: 'leaf-key' } });
  const chain = [leaf];
  for (let last = leaf; !issuedBy(last, last); ) {
    const issuer = certificates.find((one) => !chain.includes(one) && issuedBy(last, one));
    if (!issuer) break;
    chain.push(issuer);
    last = issuer;
  }
  return chain;
}

/** The chain that was stored for a key, DER, leaf first. It is checked when it is used, like any other. */
export async function storedChain(folder: string, spki: Uint8Array): Promise<readonly Uint8Array[] | undefined> {
  return storedChainOf(folder, sha256Hex(spki));
}

/** The same, by the hash of the key: 64 hex characters. */
export async function storedChainOf(folder: string, spkiSha256: string): Promise<readonly Uint8Array[] | undefined> {
  const bytes = await readOwnFile(fileNamed(folder, spkiSha256), 'the certificates of the key', 'own');
  return bytes && parseCertificates(bytes).map(({ der }) => der);
}

/** The chain in a file that the user names, in whatever order it has them. */
export async function namedChain(path: string, spki: Uint8Array): Promise<readonly Uint8Array[]> {
  const certificates = parseCertificates(await readNamedFile(path, 'the file of certificates', 'own'));
  return orderChain(spki, certificates).map(({ der }) => der);
}

/** Stores the chain of a key, after holding it to the rules that it will be held to (`notation.md` §8). */
export async function storeChain(folder: string, spki: Uint8Array, chain: readonly Certificate[]): Promise<void> {
  checkNotaryChain(chain, { purpose: 'code-signing' });
  await makeOwnFolder(folder);
  const text = chain.map(({ der }) => pemText(der, 'CERTIFICATE')).join('');
  await writeOwnFile(fileOf(folder, spki), text, { replace: true });
}

/** Removes what was stored for a key: its backend has it. */
export async function forgetChain(folder: string, spki: Uint8Array): Promise<void> {
  await nodeFiles().rm(fileOf(folder, spki), { force: true });
}
