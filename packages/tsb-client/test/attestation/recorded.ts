import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64Bytes, utf8Text } from '@securosys/core';
import type { AttestationParts } from '../../src/attestation/input.js';

interface Recorded {
  readonly xml: string;
  readonly xmlSignature: string;
  readonly chain: readonly string[];
  readonly root: string;
}

const primus = JSON.parse(readFileSync(join(import.meta.dirname, 'primus-attestation.json'), 'utf8')) as Recorded;

/** Attestation of a real Primus HSM for a plain RSA-4096 key; where it is from stands in the file. */
export const real: AttestationParts & { readonly root: Uint8Array } = {
  xml: utf8Text(base64Bytes(primus.xml)),
  xmlSignature: primus.xmlSignature,
  chain: primus.chain,
  root: base64Bytes(primus.root),
};

const p384 =
  'MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEEkfktKPbQR0EHSzTOEma9SlWRxenH5qv1uTAUphH4lq2G0WdYSVYeLAFFFWZCrAiksxxke5iFnW2+rA/fc619RqOoKrXpK/BGxEdhvkw1rYpZODe1BNEo9oqyS0+lFa+';
const k256 =
  'MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAExj9TiTebXvwks88DGbBq0MPcGwpZ8yxKZOfEyDMHE3KXTQXadp6z2fVFNFcDHszl9fU9ilLqtcNxx3lGJE1eqA==';
export const recordedApprovers = { p384, k256 };

const rule = (tag: string, timelock: number, timeout: number, approver: string) =>
  `\t\t<${tag}>\n\t\t\t<token name="Token1">\n\t\t\t\t<timelock>${timelock}</timelock>\n\t\t\t\t<timeout>${timeout}</timeout>\n\t\t\t\t<group name="Group1">\n\t\t\t\t\t<quorum>1</quorum>\n\t\t\t\t\t<approval type="public_key" name="ApproverKey1">${approver}</approval>\n\t\t\t\t</group>\n\t\t\t</token>\n\t\t</${tag}>\n`;

const tail = (unique: boolean, rules: string) =>
  `\t<attributes>\n\t\t<decrypt>true</decrypt>\n\t\t<sign>true</sign>\n\t\t<unwrap>true</unwrap>\n\t\t<derive>true</derive>\n\t\t<sensitive>true</sensitive>\n\t\t<always_sensitive>true</always_sensitive>\n\t\t<extractable>false</extractable>\n\t\t<never_extractable>true</never_extractable>\n\t\t<modifiable>true</modifiable>\n\t\t<copyable>false</copyable>\n\t\t<destroyable>true</destroyable>\n\t\t<unique>${unique}</unique>\n\t</attributes>\n\t<policy>\n\t\t<key_status>\n\t\t\t<blocked>false</blocked>\n\t\t</key_status>\n${rules}\t</policy>\n</private_key>\n\n`;

/** `keyAttributes` of a modify task, recorded in Securosys' documentation (`tsb-rest-api.md`, key TRACE). Its signer is not known. */
export const traceXml = `<?xml version="1.0" encoding="UTF-8"?>\n<private_key creation="generated">\n\t<label>TESTKEY2024-08-14_20-02-48.72168016257020</label>\n\t<create_time>2024-08-14T18:02:50Z</create_time>\n\t<attest_time>2024-08-14T18:02:59Z</attest_time>\n\t<key_use_count>1</key_use_count>\n\t<algorithm>ED</algorithm>\n\t<algorithm_oid>1.3.101.112</algorithm_oid>\n\t<public_key>MCowBQYDK2VwAyEA/GpVPSJzhsGgH4mGLxRK3h1XFh9t90hwn7NKf8RKCNA=</public_key>\n\t<derivation_value type="ADA/SLIP-10">5B8998B9F905F5337730ABC38131A1B0573EC799925D40F6B68369A1F3363AA9</derivation_value>\n${tail(
  true,
  rule('rule_use', 0, 600, p384) +
    rule('rule_block', 0, 600, p384) +
    rule('rule_unblock', 0, 600, p384) +
    rule('rule_modify', 0, 600, p384),
)}`;

/** The same of a sign task with a derived key in the external key store. */
export const derivedXml = `<?xml version="1.0" encoding="UTF-8"?>\n<private_key creation="imported" storage="external">\n\t<uuid>F6474FFA-F68EC585-383412B7-41EDAA40</uuid>\n\t<label>TESTKEY2024-08-14_20-02-48.72168016257020/44&apos;/0&apos;/0&apos;/0&apos;</label>\n\t<create_time>2024-08-14T18:03:03Z</create_time>\n\t<attest_time>2024-08-14T18:03:04Z</attest_time>\n\t<algorithm>ED</algorithm>\n\t<algorithm_oid>1.3.101.112</algorithm_oid>\n\t<public_key>MCowBQYDK2VwAyEATF9NOmF1F+54cx6pNwh4TuHZp8QR5kJ1F47/vytYIO0=</public_key>\n\t<derivation_value type="ADA/SLIP-10">44CB4957F0271F4AC1EAFE5E30ED34FCDAE1467ABEBD714D58DFB4FEE6367C6F</derivation_value>\n${tail(
  false,
  rule('rule_use', 0, 600, k256) +
    rule('rule_block', 180, 180, p384) +
    rule('rule_unblock', 180, 180, p384) +
    rule('rule_modify', 180, 180, p384),
)}`;
