// graphene-pk11 as its documentation shows it: a session for each of the signatures in flight, each signed by the callback form.
// With `lanes` 0 the module is initialised without a word about threads, which is graphene's default.
import graphene from 'graphene-pk11';
import { job, serveRounds } from '../serve-rounds.js';
import { signedBytes } from '../work.js';

const { token, key, algorithm } = job;
const module = graphene.Module.load(token.module);
module.initialize(job.lanes === 0 ? undefined : { flags: 2 });
const slots = module.getSlots(true);
const slot = Array.from({ length: slots.length }, (_, at) => slots.items(at)).find(
  (one) => one.getToken().label.trim() === token.label,
);
if (!slot) throw new Error('no such token');

const { MechanismEnum, RsaMgf, RsaPssParams } = graphene;
const mechanisms: Partial<Record<typeof algorithm, Parameters<graphene.Session['createSign']>[0]>> = {
  'rsa-pss-sha256': { name: 'RSA_PKCS_PSS', params: new RsaPssParams(MechanismEnum.SHA256, RsaMgf.MGF1_SHA256, 32) },
  'rsa-pss-sha384': { name: 'RSA_PKCS_PSS', params: new RsaPssParams(MechanismEnum.SHA384, RsaMgf.MGF1_SHA384, 48) },
  'ecdsa-sha256': 'ECDSA',
  'ecdsa-sha384': 'ECDSA',
  ed25519: { name: 0x1057, params: null },
};
const mechanism = mechanisms[algorithm];
if (!mechanism) throw new Error(`no mechanism for ${algorithm}`);
const data = signedBytes(algorithm);

const sessions = Array.from({ length: job.width }, () =>
  slot.open(graphene.SessionFlag.SERIAL_SESSION | graphene.SessionFlag.RW_SESSION),
);
sessions[0]?.login(token.pin);
const lanes = sessions.map((session) => {
  const found = session.find({ class: graphene.ObjectClass.PRIVATE_KEY, id: Buffer.from(key.id, 'hex') });
  return { session, key: found.items(0).toType<graphene.PrivateKey>() };
});

serveRounds((at) => {
  const lane = lanes[at] as (typeof lanes)[number];
  return new Promise((resolve, reject) => {
    lane.session
      .createSign(mechanism, lane.key)
      .once(data, (error, signature) => (error ? reject(error) : resolve(Uint8Array.from(signature))));
  });
});
