import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { invalidArgument } from '@securosys/core';
import { evaluateBlob, mediaTypeOfSignatureFile } from '@securosys/sign';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { openCosignTrust, openNotationTrust, wantsCosign } from '../open/open-trust.js';

async function byCosign(context: CommandContext, file: string): Promise<Exit> {
  const { words, output, clock, signal } = context;
  const [signature, bundle] = [words.text('signature'), words.text('bundle')];
  if ((signature === undefined) === (bundle === undefined)) return invalidArgument('give one of --signature and --bundle');
  const stored =
    bundle === undefined
      ? { signature: await context.readFile(signature as string, '--signature') }
      : { bundle: await context.readFile(bundle, '--bundle') };
  const trust = await openCosignTrust(context);
  const report = await evaluateBlob(createReadStream(context.path(file)), stored, { trust, clock, signal });
  const { verdict } = report;
  if (report.verdict === 'trusted') {
    const signers = report.signers.map(({ name, spkiSha256 }) => `  signed by ${name ?? 'the key'} (sha256 ${spkiSha256})`);
    output.result({ kind: 'cosign', file, verdict, signers: report.signers }, [
      { text: `trusted: ${file}`, tone: 'good' },
      ...signers,
    ]);
    return 'ok';
  }
  const { code, message } = report.reason;
  output.result({ kind: 'cosign', file, verdict, reason: code, message }, [
    { text: `not trusted: ${file}`, tone: 'bad' },
    `  ${message}`,
  ]);
  return 'refused';
}

async function byNotation(context: CommandContext, file: string): Promise<Exit> {
  const { words, output, clock, signal } = context;
  const path = words.text('signature') ?? invalidArgument('give the signature of the file: --signature');
  const mediaType = mediaTypeOfSignatureFile(basename(path));
  if (mediaType === undefined) return invalidArgument('--signature ends with .jws.sig or .cose.sig');
  const envelope = await context.readFile(path, '--signature');
  const policyName = words.text('policy-name');
  const trust = await openNotationTrust(context);
  const outcome = await evaluateBlob(
    createReadStream(context.path(file)),
    { envelope, mediaType },
    { trust, clock, signal, ...(policyName !== undefined && { policyName }) },
  );
  const { verdict } = outcome;
  if (outcome.verdict === 'trusted') {
    const { signer, signedAt } = outcome.signature;
    const at = new Date(signedAt).toISOString();
    output.result({ kind: 'notation', file, verdict, signer, signedAt: at }, [
      { text: `trusted: ${file}`, tone: 'good' },
      `  signed by ${signer.subject} at ${at}`,
    ]);
    return 'ok';
  }
  const failures = outcome.verdict === 'not-trusted' ? outcome.failures.map(({ type, reason }) => ({ type, ...reason })) : [];
  const why = failures.map(({ type, message }) => `  ${type}: ${message ?? 'failed'}`);
  output.result({ kind: 'notation', file, verdict, failures }, [{ text: `not trusted: ${file}`, tone: 'bad' }, ...why]);
  return 'refused';
}

/** Verifies a file by a signature beside it. */
export async function verifyFile(context: CommandContext, file: string): Promise<Exit> {
  return (await wantsCosign(context)) ? byCosign(context, file) : byNotation(context, file);
}
