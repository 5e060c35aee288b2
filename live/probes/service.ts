import { expect, type Probe } from '../probe.js';
import { said } from '../world.js';

export const probe: Probe = {
  name: 'service information, data objects, random bytes',
  async run(world, step) {
    await step('the version is answered', async () => {
      const { Version } = await world.call('versionInfo');
      expect(/^\d+\.\d+/.test(Version), `'${Version}' is no version`);
    });
    await step('the licence is answered', async () => {
      const { clientFlags } = await world.call('licenseInfo');
      expect(clientFlags.length > 0, 'no flags');
    });
    await step('statistics are answered', async () => {
      await world.call('statistics');
    });
    await step('the log of the HSM is answered', async () => {
      await world.call('hsmLog');
    });
    await step('random bytes differ', async () => {
      const [one, two] = [
        await world.call('random', undefined, { length: '32' }),
        await world.call('random', undefined, { length: '32' }),
      ];
      expect(one.random !== two.random && Buffer.from(one.random, 'base64').byteLength === 32, 'not 32 fresh bytes');
      world.settle('randomRole', true, 'answered to the key of keyOperation');
    });
    await step('a timestamp is answered, or refused because no key is set up', async () => {
      const { answer, error } = await world.tried('rfcTimestamp', { payload: 'aGVsbG8=', hashAlgorithm: 'SHA256' });
      if (error) expect(error.details.upstreamCode !== undefined, said(error));
      else expect(Buffer.from(answer.timestamp, 'base64')[0] === 0x30, 'no ASN.1');
    });
    await step('a data object is kept and deleted', async () => {
      const name = world.label('data');
      const object = { name, value: 'aGVsbG8=', attributes: { private: false, modifiable: true, destroyable: true } };
      await world.call('createDataObject', object);
      const status = world.statuses.of('POST', '/v1/dataObject');
      const second = await world.tried('createDataObject', object);
      const code = second.error?.details.upstreamCode;
      world.settle('dataObjectStatus', status === 201 && code === 615, `HTTP ${status}, then ${said(second.error)}`);
      expect((await world.call('dataObject', undefined, { name })).value === object.value, 'another value');
      await world.call('deleteDataObject', undefined, { name });
      expect((await world.tried('dataObject', undefined, { name })).error?.code === 'ERR_NOT_FOUND', 'still there');
    });
    await step('fifty calls at once are answered or refused with a rate limit', async () => {
      const all = await Promise.all(Array.from({ length: 50 }, () => world.tried('versionInfo')));
      const refused = all.filter(({ error }) => error);
      world.settle('rateLimit', refused.length === 0, `${refused.length} of 50 refused`);
      expect(
        refused.every(({ error }) => error?.code === 'ERR_RATE_LIMITED'),
        said(refused[0]?.error),
      );
    });
    const { keyless } = world.connection;
    if (!keyless) world.report.unreachable('missingApiKey', 'this connection uses no API keys');
    else
      await step('a call without its API key is refused', async () => {
        const error = await keyless.keys.list().then(
          () => undefined,
          (thrown: unknown) => thrown as import('@securosys/core').SignError,
        );
        expect(error?.code === 'ERR_AUTHENTICATION', said(error));
        world.settle('missingApiKey', error?.details.status === 401 && error.details.upstreamCode === 416, said(error));
      });
    world.report.unreachable('fetchOnce', 'no source names the parameter; the API description does');
  },
};
