/** Value of each character of both base64 alphabets; −1 for every other byte, which lenient decoders skip. */
const sextets = new Int8Array(256).fill(-1);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((c, i) => {
  sextets[c.charCodeAt(0)] = i;
});
sextets[0x2d] = 62;
sextets[0x5f] = 63;

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
/** What may follow `{` in JSON: a name, the end, or a comment for readers that take those. */
const afterBrace = new Set(Buffer.from('"}/', 'latin1'));

/**
 * Whether some reader could take bytes for a JWS signing input (RFC 7515 §5.1): what is before the first dot decodes to something that
 * starts as a JSON object. Padding, line breaks, both alphabets and foreign characters are let pass, because decoders exist that do.
 */
export function looksLikeJws(bytes: Uint8Array): boolean {
  const dot = bytes.indexOf(0x2e);
  let bits = 0;
  let held = 0;
  let brace = false;
  for (let at = 0; at < dot; at++) {
    const sextet = sextets[bytes[at] as number] as number;
    if (sextet < 0) continue;
    bits = ((bits << 6) | sextet) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const byte = (bits >> held) & 0xff;
    // U+FEFF before the object is white space to some.
    if (isSpace(byte) || (!brace && (byte === 0xef || byte === 0xbb || byte === 0xbf))) continue;
    if (brace) return afterBrace.has(byte);
    if (byte !== 0x7b) return false;
    brace = true;
  }
  return false;
}
