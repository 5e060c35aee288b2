import { base64Bytes, base64Text, readDer, SignError } from '@securosys/core';
import { type Certificate, parseCertificate } from './certificate.js';

/** Largest file of certificates, in bytes. */
const maxFileBytes = 1024 * 1024;
const maxBlocks = 256;

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  /** What stands behind `BEGIN`, for example `CERTIFICATE`. */
  readonly label: string;
  /** Decoded contents. */
  readonly bytes: Uint8Array;
}

function broken(why: string): never {
  throw new SignError('ERR_MALFORMED', `PEM is malformed: ${why}`);
}

/** RFC 7468 text: 64 characters a line, a line feed at the end. */
export function pemText(der: Uint8Array, label: string): string {
  const lines = base64Text(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/**
 * Blocks of PEM text (RFC 7468), without headers. Text outside the blocks is ignored, as every tool does.
 * @throws SignError `ERR_MALFORMED` for a block without end, with another end or with contents that are not canonical base64; `ERR_LIMIT`
 */
export function pemBlocks(text: string): PemBlock[] {
  if (text.length > maxFileBytes) throw new SignError('ERR_LIMIT', `PEM is over ${maxFileBytes} characters`);
  const blocks: PemBlock[] = [];
  let label: string | undefined;
  let body: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const [, edge, name] = /^-----(BEGIN|END) ([A-Z0-9][A-Z0-9 .-]{0,63})-----$/.exec(line) ?? [];
    if (edge === 'BEGIN') {
      if (label !== undefined) broken('a block starts inside another');
      label = name;
      body = [];
    } else if (edge === 'END') {
      if (label === undefined || label !== name) broken('a block ends that did not start');
      const bytes = base64Bytes(body.join(''), 'PEM block');
      if (bytes.byteLength === 0) broken('a block is empty');
      if (blocks.push({ label, bytes }) > maxBlocks) throw new SignError('ERR_LIMIT', `PEM holds over ${maxBlocks} blocks`);
      label = undefined;
    } else if (line.startsWith('-----')) broken('a line is neither a beginning nor an end');
    else if (label !== undefined) body.push(line);
  }
  if (label !== undefined) broken('a block has no end');
  return blocks;
}

/** Contents of all blocks with this label. @throws SignError `ERR_MALFORMED` when there is a block of another kind, or none */
export function pemBytes(text: string, label: string): Uint8Array[] {
  const blocks = pemBlocks(text);
  if (blocks.length === 0) broken('it holds no block');
  return blocks.map((block) => (block.label === label ? block.bytes : broken('it holds a block of another kind')));
}

function derSequence(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const { end } = readDer(bytes, at, bytes.byteLength, 'certificate');
    if (out.push(bytes.subarray(at, end)) > maxBlocks) throw new SignError('ERR_LIMIT', `over ${maxBlocks} certificates`);
    at = end;
  }
  return out;
}

/**
 * Certificates of a trust store file (`notation.md` §13): PEM, one or many, or DER, one or many after each other; at most 1 MiB and 256.
 * Unlike the Go implementation it refuses PEM blocks that are no certificates.
 * @throws SignError `ERR_MALFORMED` also for a file without any certificate, `ERR_LIMIT`
 */
export function parseCertificates(bytes: Uint8Array): Certificate[] {
  if (bytes.byteLength > maxFileBytes) throw new SignError('ERR_LIMIT', `certificates are over ${maxFileBytes} bytes`);
  // Every certificate is a SEQUENCE in long form, and no text starts with a digit and an octet over 127.
  const isDer = bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80;
  return (isDer ? derSequence(bytes) : pemBytes(Buffer.from(bytes).toString('latin1'), 'CERTIFICATE')).map(parseCertificate);
}
