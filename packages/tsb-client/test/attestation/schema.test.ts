import { base64Text, SignError } from '@securosys/core';
import { assert, asyncProperty, constantFrom, nat, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAttestation } from '../../src/attestation/parse-attestation.js';
import { keyXml, person, policyXml, ruleXml } from './attestor.js';

const people = [person('Ann'), person('Ben')];
const good = keyXml({ policy: policyXml(2, people) });
const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const entity = '<!DOCTYPE private_key [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
const replace = (from: string | RegExp, to: string): string => {
  const changed = good.replace(from, to);
  if (changed === good) throw new Error(`nothing to replace: ${from}`);
  return changed;
};
const after = (text: string, more: string): string => replace(text, `${text}${more}`);

/** What each text has that an attestation has not. */
const refused: Readonly<Record<string, string>> = {
  'a second policy': replace('</policy>', `</policy><policy>${policyXml(1, people)}</policy>`),
  'a second label': after('</label>', '<label>other</label>'),
  'a second rule': replace('<rule_block>', `${ruleXml('rule_use', 1, people)}<rule_block>`),
  'a second quorum': after('<quorum>2</quorum>', '<quorum>1</quorum>'),
  'a label that closes itself and brings a policy': replace('<label>release', '<label>x</label><policy/><label>release'),
  'markup in the label': replace('<label>release', '<label><b>release</b>'),
  'elements in another order': replace(/(\t<algorithm>EC<\/algorithm>\n)(\t<algorithm_oid>.*\n)/, '$2$1'),
  'flags in another order': replace(/(\t\t<decrypt>.*\n)(\t\t<sign>.*\n)/, '$2$1'),
  'a missing flag': replace(/\t\t<never_extractable>.*\n/, ''),
  'a flag that is neither true nor false': replace('<sign>true', '<sign>TRUE'),
  'no creation': replace(' creation="generated"', ''),
  'an unknown creation': replace('creation="generated"', 'creation="derived"'),
  'an attribute twice': replace('creation="generated"', 'creation="generated" creation="imported"'),
  'an unknown attribute': replace('<label>', '<label lang="en">'),
  'an unknown element': after('</attributes>', '<note>x</note>'),
  'an unknown element in the policy': after('</key_status>', '<rule_export/>'),
  'an approval of an unknown type': replace('type="public_key"', 'type="onboarded_approver_certificate"'),
  'a rule that is missing': replace(/<rule_modify>.*<\/rule_modify>/, ''),
  'a quorum of none': replace('<quorum>2', '<quorum>0'),
  'a quorum with a sign': replace('<quorum>2', '<quorum>+2'),
  'a timeout that is no whole minute': replace('<timeout>3600', '<timeout>3601'),
  'text between elements': after('<attributes>', 'and'),
  'a value over two lines': replace('<label>release', '<label>re\nlease'),
  'an empty label': replace('<label>release', '<label>'),
  'a time that does not exist': replace('2026-11-01T08', '2026-02-30T08'),
  'a time with an offset': replace('08:00:00Z', '08:00:00+01:00'),
  'a public key that is not canonical base64': replace('</public_key>', ' </public_key>'),
  'no public key': replace(/<public_key>.*<\/public_key>/, '<public_key></public_key>'),
  'another root element': good.replaceAll('private_key', 'secret_key'),
  'a second root element': `${good}<private_key/>`,
  'a namespace': replace('<private_key ', '<private_key xmlns="urn:x" '),
  'a prefix': good.replaceAll('private_key', 'x:private_key'),
  'a document type': replace(declaration, `${declaration}<!DOCTYPE private_key>`),
  'entities that grow': replace(declaration, declaration + entity).replace('release', '&b;'),
  'an external entity': replace(declaration, `${declaration}<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]>`),
  'an undeclared entity': replace('release', '&nbsp;'),
  'a numeric reference': replace('release', '&#114;elease'),
  'a comment': after('</label>', '<!-- x -->'),
  'a comment inside a value': replace('release', 'rel<!-- x -->ease'),
  'a CDATA section': replace('release', '<![CDATA[release]]>'),
  'a processing instruction': after('</label>', '<?x y?>'),
  'a byte-order mark': `\ufeff${good}`,
  'no declaration': replace(`${declaration}\n`, ''),
  'another encoding': replace('UTF-8', 'ISO-8859-1'),
  'another version of XML': replace('version="1.0"', 'version="1.1"'),
  'white space before the declaration': ` ${good}`,
  'a carriage return': replace('\n', '\r\n'),
  'a NUL': replace('release', 're\0lease'),
  'a lone surrogate': replace('release', 're\ud800lease'),
  'a bare ampersand': replace('release', 'R & D'),
  'an element left open': replace('</private_key>', ''),
  'text behind the end': `${good}x`,
  'nothing at all': declaration,
  'too many attributes': replace('<label>', `<label ${[...'abcdefghij'].map((name) => `${name}=""`).join(' ')}>`),
  'elements nested without end': after('<policy>', '<x>'.repeat(5_000)),
  'more than a megabyte': replace('release', 'r'.repeat(1024 * 1024)),
};

describe('the text of an attestation', () => {
  it('is read when it is as documented', async () => {
    expect(await parseAttestation(good)).toMatchObject({ label: 'release', policy: { keyStatus: { blocked: false } } });
  });

  it.each(Object.keys(refused))('is refused with %s (S33)', async (name) => {
    const error = await parseAttestation(refused[name] as string).catch((one: unknown) => one);
    expect(SignError.is(error, 'ERR_MALFORMED') || SignError.is(error, 'ERR_LIMIT'), String(error)).toBe(true);
  });

  it('is refused when it is not UTF-8', async () => {
    const bytes = Buffer.from(good.replace('release', 'Z?rich'));
    bytes[bytes.indexOf('?', 40)] = 0xfc;
    await expect(parseAttestation(bytes)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('takes markup in names as text when it is escaped', async () => {
    const label = '</label><policy/> "R & D" \u202e';
    const escaped = label.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
    expect(await parseAttestation(keyXml({ label: escaped }))).toMatchObject({ label, policy: null });
  });

  it('may have its attributes in any order, since XML gives them none', async () => {
    const swapped = good.replaceAll(/type="public_key" name="(\w+)"/g, 'name="$1" type="public_key"');
    expect(await parseAttestation(swapped)).toEqual(await parseAttestation(good));
  });

  it('with unknown elements is read only when they are allowed, and they are named', async () => {
    const newer = good
      .replace('</attributes>', '<rollover>true</rollover></attributes>')
      .replace('\t<attributes>', '\t<firmware>9</firmware>\n\t<attributes>');
    await expect(parseAttestation(newer)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    expect(await parseAttestation(newer, { allowUnknownElements: true })).toMatchObject({
      label: 'release',
      unknownElements: ['firmware', 'rollover'],
    });
  });

  it.each([
    'an unknown element in the policy',
    'a second policy',
    'a second label',
    'elements in another order',
    'a label that closes itself and brings a policy',
  ])('with %s is refused also when unknown elements are allowed', async (name) => {
    const text = refused[name] as string;
    await expect(parseAttestation(text, { allowUnknownElements: true })).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('names approvers by certificate as well', async () => {
    const value = base64Text(Uint8Array.of(0x30, 0));
    const xml = good.replaceAll(/<approval [^>]*>[^<]*/g, `<approval type="certificate" name="Cy">${value}`);
    const { policy } = await parseAttestation(xml);
    expect(policy?.ruleUse?.tokens?.[0]?.groups?.[0]?.approvals[0]).toEqual({ type: 'certificate', name: 'Cy', value });
  });

  it('is read with known options only', async () => {
    await expect(parseAttestation(good, { lax: true } as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(parseAttestation(7 as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('with anything put anywhere in it is refused with a code or still read, never a crash', async () => {
    const pieces = constantFrom(
      '<',
      '>',
      '/>',
      '&',
      '"',
      "'",
      '<!--',
      ']]>',
      '<?',
      '<a>',
      '</label>',
      '\u0000',
      '\ud800',
      '\ufffe',
    );
    const codes = new Map<string, number>();
    await assert(
      asyncProperty(nat(good.length), nat(40), pieces, string(), async (at, cut, piece, more) => {
        const text = good.slice(0, at) + piece + more + good.slice(at + cut);
        const code = await parseAttestation(text).then(
          () => 'read',
          (error: unknown) => (SignError.is(error) ? error.code : 'ERR_INTERNAL'),
        );
        codes.set(code, (codes.get(code) ?? 0) + 1);
        return code === 'read' || code === 'ERR_MALFORMED' || code === 'ERR_LIMIT';
      }),
      { numRuns: 500 },
    );
    expect(codes.get('ERR_MALFORMED')).toBeGreaterThan(300);
  });
});
