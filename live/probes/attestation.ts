import { expect, type Probe } from '../probe.js';
import { said } from '../world.js';

export const probe: Probe = {
  name: 'attestation',
  async run(world, step) {
    await step('a key attestation comes as an archive', async () => {
      const label = await world.key();
      const archive = await world.call('keyAttestation', { label });
      expect(Buffer.from(archive).subarray(0, 2).toString() === 'PK', 'no zip archive');
      const json = await world.tried('keyAttestationJson', { label });
      world.settle('attestationJson', json.error === undefined, said(json.error));
    });
    await step('the chain of the attestation key is answered', async () => {
      const label = await world.key();
      const { attestationKeyName = 'attestation-key' } = await world.call('keyAttributes', { label });
      const chain = await world.tried('attestationChain', undefined, { attestationKeyName });
      world.settle('attestationPath', chain.error === undefined, said(chain.error));
    });
    await step('labels with markup do not break the attestation', async () => {
      const label = `${world.label('markup')}<&>`;
      const made = await world.tried('createKey', {
        label,
        algorithm: 'EC',
        curveOid: '1.2.840.10045.3.1.7',
        attributes: { decrypt: false, sign: true, unwrap: false, destroyable: true },
      });
      if (made.error) {
        world.report.unreachable('attestationEscapes', `such a label is refused: ${said(made.error)}`);
        return;
      }
      const { xml = '' } = await world.call('keyAttributes', { label });
      world.settle('attestationEscapes', xml.includes('&lt;&amp;&gt;'), xml.includes('<&>') ? 'raw' : 'escaped');
      await world.call('deleteKey', { label });
    });
  },
};
